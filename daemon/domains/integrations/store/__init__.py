"""The tables of integrations; every function takes the transaction first."""
