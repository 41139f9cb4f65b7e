"""Many codes at once: label sheets, a PDF of one page per code, a ZIP with its manifest."""
