"""Figures of the platforms, with what is too small hidden (D8, D9)."""
