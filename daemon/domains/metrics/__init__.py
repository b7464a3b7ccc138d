"""Figures over conversations: roll-ups by hour and case, and the questions they answer."""
