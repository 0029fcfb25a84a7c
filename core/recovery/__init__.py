"""What must be known if this process dies, and who it is."""
