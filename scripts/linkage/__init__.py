"""Probable matches: what is compared, the trained parameters, and the scores (by Splink)."""

from .comparisons import COMPARISONS, Comparison, Level, settings
from .parameters import ParameterError, Parameters, read_parameters, write_parameters
from .scoring import score

__all__ = [
    "COMPARISONS",
    "Comparison",
    "Level",
    "ParameterError",
    "Parameters",
    "read_parameters",
    "score",
    "settings",
    "write_parameters",
]
