"""Fledgling: the gate that a school's draft post passes before it reaches Twitter/X."""

__version__ = "0.1.0"

import os

# onnxruntime sends usage data to its makers unless told otherwise before it is first imported. This service tells
# nobody anything.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
