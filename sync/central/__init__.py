"""The control plane: a program of its own, `python -m sync.central`."""
