"""Who may use the box: set-up link, users, login, tokens, API keys."""
