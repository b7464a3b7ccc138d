"""What can be done with money, a class per area."""
