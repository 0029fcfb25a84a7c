"""HTTP: one exchange, what its failure means, what may be repeated, and what the user is told."""
