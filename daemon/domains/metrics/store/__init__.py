"""The roll-ups; every function takes the transaction first."""
