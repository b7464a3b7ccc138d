"""What a person should know: rules over the box's real state, told once, on the right channel."""
