"""Meaning: embeddings and the vector index, run in a child process of their own."""
