"""What each kind of document says; `bilans/content.py` is the door."""
