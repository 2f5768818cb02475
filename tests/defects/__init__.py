"""Planted defects: exchanges that are wrong in one place."""
