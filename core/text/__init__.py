"""Texts on their way out: secrets hidden, hostile parts made harmless, everything put the same on every CI."""
