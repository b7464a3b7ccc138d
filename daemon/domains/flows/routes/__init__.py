"""The HTTP side of flows."""
