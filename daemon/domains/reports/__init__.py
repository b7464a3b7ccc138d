"""Reports: a period of the box as a file, made in a process of its own, kept, sent, repeated."""
