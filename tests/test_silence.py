"""Nothing is told to anybody: no library of ours leaves traces in the home folder or calls its makers."""

import os
import subprocess
import sys
from pathlib import Path


def test_the_network_runtime_keeps_no_usage_data(tmp_path: Path) -> None:
    told = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")} | {"HOME": str(tmp_path)}
    look = "import app.vision.models, onnxruntime; onnxruntime.SessionOptions()"
    subprocess.run([sys.executable, "-c", look], env=told, check=True, cwd=Path(__file__).parent.parent, timeout=120)
    assert [path for path in tmp_path.rglob("*") if "onnxruntime" in path.name] == []
