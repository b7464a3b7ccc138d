"""What integrations do: one class for each area."""
