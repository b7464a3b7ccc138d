"""One module for each format: each reads the tables once, row by row."""
