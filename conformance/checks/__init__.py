"""The checks: pure functions that judge an exchange, requirement by requirement. No network, no pytest, no clock.

The check of a requirement ``chapter.name`` stands in the module, or in the package, that has the chapter's name. What
several chapters share is in ``lib``.
"""

from __future__ import annotations

import importlib
import pkgutil

from conformance.checks.lib.judging import judge, judge_pair
from conformance.checks.lib.links import LINKS, judge_links
from conformance.checks.lib.memory import Memory
from conformance.checks.lib.pairs import PAIRS
from conformance.checks.lib.rules import RULES, Finding, Result, Rule
from conformance.checks.lib.stated_outcome import Outcome, Stated, fits, message, outcome_finding
from conformance.checks.lib.unknown import unknown
from conformance.checks.lib.view import View

__all__ = [
    "LINKS",
    "PAIRS",
    "RULES",
    "Finding",
    "Memory",
    "Outcome",
    "Result",
    "Rule",
    "Stated",
    "View",
    "fits",
    "judge",
    "judge_links",
    "judge_pair",
    "message",
    "outcome_finding",
    "unknown",
]

# A module that is imported registers its checks. In which order they are judged is the contract's matter.
for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    importlib.import_module(_module.name)
