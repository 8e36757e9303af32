"""What comes in and goes out: JSON Resume, Europass XML, pasted lists, everything at once (L10)."""
