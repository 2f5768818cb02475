"""What the planted defects are made of: the registry, and ways to change answers and streams."""
