"""Bounded contexts. They never import one another."""
