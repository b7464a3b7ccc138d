"""The tables of flows: their versions, runs, steps and counts."""
