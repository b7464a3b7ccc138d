"""The log that operators read: every message, error and event of the agents, without any text."""
