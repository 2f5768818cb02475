"""Tests of `judge`, and of reading captured exchanges."""
