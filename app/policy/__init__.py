"""What a school decides: versioned, written into every verdict. The default is Whitehouse's, in ``policy.toml``."""

from app.policy.describe import describe
from app.policy.reading import DEFAULT_FILE, PolicyError, check, load_default, parse
from app.policy.tables import Problem
from app.policy.values import (
    Clause,
    Costs,
    DeskTimes,
    Distances,
    EngineThresholds,
    Hours,
    KeptBy,
    Limits,
    MatchingMode,
    NotAnswered,
    PhotoMeasures,
    Policy,
    Publishing,
    Retention,
    SignIn,
    Staleness,
)

__all__ = [
    "DEFAULT_FILE",
    "Clause",
    "Costs",
    "DeskTimes",
    "Distances",
    "EngineThresholds",
    "Hours",
    "KeptBy",
    "Limits",
    "MatchingMode",
    "NotAnswered",
    "PhotoMeasures",
    "Policy",
    "PolicyError",
    "Problem",
    "Publishing",
    "Retention",
    "SignIn",
    "Staleness",
    "check",
    "describe",
    "load_default",
    "parse",
]
