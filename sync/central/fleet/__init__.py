"""The fleet as the office sees it: its list, its map, and one box."""
