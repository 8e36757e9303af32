"""Events that come in (A6): each format is read into `incoming.Incoming`, which `services/importing.py` applies.

`formats.read` opens a file of a known format; readers are generators, so that memory does not grow with the file.
"""
