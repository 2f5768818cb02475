"""All kinds of defects, by name: see ``mutation``."""

import mutants_bytes
import mutants_items
import mutants_order
from mutation import KINDS, Kind, Mutant, some

__all__ = ["KINDS", "Kind", "Mutant", "some"]

# Importing a module of defects registers them.
MODULES = (mutants_bytes, mutants_items, mutants_order)
