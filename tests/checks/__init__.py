"""Tests of the checks, by chapter."""
