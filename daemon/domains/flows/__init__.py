"""Flows: conversations drawn as graphs, run durably, step by step."""
