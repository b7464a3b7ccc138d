"""What can be done with flows and their runs."""
