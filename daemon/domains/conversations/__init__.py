"""Who wrote what to whom, who owns the chat, and what the agent answers."""
