"""The audit log: every administrative act, in a chain that nobody can change unseen."""
