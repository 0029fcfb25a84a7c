"""What others wrote, read with limits on whatever could hurt."""
