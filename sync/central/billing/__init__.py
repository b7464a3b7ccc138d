"""What is sold to whom at which price, what it brought in, and how that moved."""
