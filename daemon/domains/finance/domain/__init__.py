"""Pure rules of money: no input, no output, no floating point."""
