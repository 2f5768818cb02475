"""All kinds of defects, by name: see ``mutation``."""

from tests.defects import stream_bytes as mutants_bytes
from tests.defects import stream_items as mutants_items
from tests.defects import stream_order as mutants_order
from tests.defects.mutation import KINDS, Kind, Mutant, some

__all__ = ["KINDS", "Kind", "Mutant", "some"]

# Importing a module of defects registers them.
MODULES = (mutants_bytes, mutants_items, mutants_order)
