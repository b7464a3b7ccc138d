"""The parts that touch the outside: database, queue, children, secrets, backups."""
