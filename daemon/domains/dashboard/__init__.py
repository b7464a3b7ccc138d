"""Everything that matters on one screen, in one call; the figures are other contexts' own."""
