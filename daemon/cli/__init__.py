"""The command line: everything a technician does on the box itself."""
