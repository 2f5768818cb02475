"""Tests of outcomes, exit statuses and reports."""
