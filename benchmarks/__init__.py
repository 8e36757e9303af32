"""`make bench`: our pages beside a floor written by hand, in one run, at three sizes."""
