"""What this program can be told to do; each command imports what it needs and no more."""
