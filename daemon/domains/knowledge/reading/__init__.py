"""What is in a file: sniffed, read and cut in a process of its own, within limits."""
