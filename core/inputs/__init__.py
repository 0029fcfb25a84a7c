"""The inputs: declared once, taken from where a job gives them, and made typed settings."""
