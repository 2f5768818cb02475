"""Tests of the reference endpoint."""
