"""Ready agents by trade, and the golden questions that an agent must still answer."""
