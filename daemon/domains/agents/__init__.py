"""The agents of the box, one per niche, and how each of them behaves."""
