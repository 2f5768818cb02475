"""The project's own tests, in rooms that stand for the floors of the house."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""
