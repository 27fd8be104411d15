"""Speed and accuracy, each against a peer or a bound: ``python -m benchmarks.text`` and the like."""
