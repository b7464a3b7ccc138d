"""The rules of integrations, without input or output."""
