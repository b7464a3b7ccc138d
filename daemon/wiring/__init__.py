"""What `daemon.app` puts between contexts that must not know one another."""
