"""What can be said about words alone: no input or output in here."""
