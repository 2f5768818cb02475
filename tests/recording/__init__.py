"""Tests of cassettes and of what they may hold."""
