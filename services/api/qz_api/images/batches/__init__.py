"""Many stored codes in one file: label sheets, pages, archives."""
