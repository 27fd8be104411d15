"""What a school decides: versioned, written into every verdict. The default is Whitehouse's, in ``policy.toml``."""

from app.policy.describe import describe
from app.policy.reading import DEFAULT_FILE, PolicyError, check, load_default, parse
from app.policy.tables import Problem
from app.policy.values import (
    Clause,
    Costs,
    Distances,
    EngineThresholds,
    KeptBy,
    Limits,
    MatchingMode,
    NotAnswered,
    PhotoMeasures,
    Policy,
    Retention,
    Staleness,
)

__all__ = [
    "DEFAULT_FILE",
    "Clause",
    "Costs",
    "Distances",
    "EngineThresholds",
    "KeptBy",
    "Limits",
    "MatchingMode",
    "NotAnswered",
    "PhotoMeasures",
    "Policy",
    "PolicyError",
    "Problem",
    "Retention",
    "Staleness",
    "check",
    "describe",
    "load_default",
    "parse",
]
