"""What every program of the box shares: settings, paths, logging and the link to children."""
