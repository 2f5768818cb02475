"""Mechanisms of the checks: what a rule is, what it looks at, and what several chapters share. No rule stands here."""
