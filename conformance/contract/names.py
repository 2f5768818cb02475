"""What Databricks puts before the name of a model."""

from __future__ import annotations

from typing import Final

GATEWAY: Final = "system.ai."
"""On the routes of the gateway: the schema of Unity Catalog in which the services of the system stand."""

SERVING: Final = "databricks-"
"""On ``/serving-endpoints``."""


def bare(name: str) -> str:
    """The name of a model without what Databricks puts before it."""
    return name.removeprefix(GATEWAY).removeprefix(SERVING)
