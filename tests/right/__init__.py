"""Builders of right exchanges, for tests that then break them."""
