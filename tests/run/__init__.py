"""Tests through pytest: options, modes, set-up, and how a test asks."""
