"""Where the files of the suite lie: schemas and cassettes stand beside the package in a checkout, else within it."""

from __future__ import annotations

from pathlib import Path

import conformance


def package() -> Path:
    """The folder of the package."""
    return Path(conformance.__path__[0])


def checkout() -> Path | None:
    """The root of the checkout that the package stands in, or None for an installed package."""
    root = package().parent
    return root if (root / "schemas").is_dir() and (root / "pyproject.toml").is_file() else None


def data(name: str) -> Path:
    """The folder ``schemas`` or ``cassettes``."""
    root = checkout()
    return package() / name if root is None else root / name
