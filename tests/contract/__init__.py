"""Tests of the contract and of its loader."""
