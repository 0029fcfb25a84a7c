"""What is generated from the settings, one module for each thing that is."""
