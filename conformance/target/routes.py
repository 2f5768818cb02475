"""The routes of a workspace that speak the Responses API, and what each puts before the name of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.contract import GATEWAY, SERVING


@dataclass(frozen=True, slots=True)
class Route:
    """A path behind the address of a workspace, and the beginning of the names of models there."""

    path: str
    prefix: str


DEFAULT_ROUTE: Final = "gateway"

ROUTES: Final = {
    DEFAULT_ROUTE: Route("/ai-gateway/mlflow/v1", GATEWAY),
    "openai": Route("/ai-gateway/openai/v1", GATEWAY),
    "codex": Route("/ai-gateway/codex/v1", GATEWAY),
    "serving-endpoints": Route("/serving-endpoints", SERVING),
}
"""By the values of ``--route``. The first is documented by the page, its siblings by Databricks' own clients."""
