"""The contract: what the documentation promises, as data.

One TOML file a chapter beside this module, and ``models.toml``. `load` turns them into frozen objects.
"""

from conformance.contract.loader import ContractError, chapter_files, load
from conformance.contract.names import GATEWAY, SERVING, bare
from conformance.contract.objects import (
    CLIENT_TOOLS,
    CONTRACT_NAMES,
    DATABRICKS,
    TOOL_TYPES,
    Chapter,
    Condition,
    Contract,
    Level,
    Lifecycle,
    Model,
    Parameter,
    Requirement,
    Value,
)

__all__ = [
    "CLIENT_TOOLS",
    "CONTRACT_NAMES",
    "DATABRICKS",
    "GATEWAY",
    "SERVING",
    "TOOL_TYPES",
    "Chapter",
    "Condition",
    "Contract",
    "ContractError",
    "Level",
    "Lifecycle",
    "Model",
    "Parameter",
    "Requirement",
    "Value",
    "bare",
    "chapter_files",
    "load",
]
