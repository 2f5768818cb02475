"""Exchanges that were captured elsewhere: how they are read, and what is said of them. Nothing is sent."""
