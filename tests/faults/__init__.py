"""Tests of the faults, and of what the kill matrix makes of them."""
