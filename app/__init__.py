"""Fledgling: the gate that a school's draft post passes before it reaches Twitter/X."""

__version__ = "0.1.0"
