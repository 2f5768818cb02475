"""Exchanges with one known defect each, and the requirement that has to tell of it first: one defect, one finding."""

from tests.causes import in_answers, in_streams
from tests.causes.planting import PLANTED

__all__ = ["PLANTED", "in_answers", "in_streams"]
