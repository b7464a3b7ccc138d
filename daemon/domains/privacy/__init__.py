"""What the box knows of one person: handed over, or erased everywhere."""
