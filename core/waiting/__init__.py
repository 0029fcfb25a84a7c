"""How long to wait, when to look, and signals as something that every wait hears."""
