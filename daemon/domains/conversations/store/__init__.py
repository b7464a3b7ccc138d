"""The tables of conversations; every function takes the transaction first."""
