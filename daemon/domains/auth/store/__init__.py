"""Rows of access. Secrets are stored as hashes, or sealed by the vault."""
