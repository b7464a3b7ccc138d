"""Words that every layer of the daemon speaks; no input or output here."""
