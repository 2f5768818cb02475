"""Tests of what lies under all: events, values and their bounds."""
