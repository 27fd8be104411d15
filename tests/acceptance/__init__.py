"""The contract, tried from outside on a real server process."""
