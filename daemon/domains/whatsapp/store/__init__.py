"""Rows of WhatsApp. Keys, credentials and plaintexts are sealed by the vault."""
