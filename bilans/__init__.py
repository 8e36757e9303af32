"""Yearly bilans: indicators agreed as data, forms prefilled, consolidation, documents, open data (B1-B5, D9)."""
