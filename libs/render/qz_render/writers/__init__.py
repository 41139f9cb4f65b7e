"""Scene to bytes, one writer per format; a new format is one file and one line in `formats.py`."""
