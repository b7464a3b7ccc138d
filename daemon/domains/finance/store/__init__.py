"""The tables of finance; functions take the transaction first."""
