"""`/donnees/`: everything public, given away whole in open formats, with its licence and its date (O3)."""
