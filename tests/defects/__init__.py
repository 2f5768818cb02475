"""Planted defects: what is right, made wrong in one place, for the tests of the checks and for the trial on captures.

A kind of defect takes an exchange and yields copies of it that have one defect each. It names the requirements of
which at least one has to notice. The kinds are in the files of this folder and are found, not listed; what they are
made of is in ``lib``.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from typing import Final

from tests.defects.lib.registry import KINDS as REGISTERED
from tests.defects.lib.registry import Kind

__all__ = ["KINDS", "Kind"]

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    # Importing a file of defects registers them.
    if not _module.ispkg and not _module.name.startswith(f"{__name__}.test_"):
        importlib.import_module(_module.name)

KINDS: Final[Mapping[str, Kind]] = REGISTERED
"""Every kind of defect, by its name."""
