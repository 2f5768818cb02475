"""Faults of streams, one file a subject."""
