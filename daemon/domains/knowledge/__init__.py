"""What an agent knows: uploaded documents, FAQ pairs, and the search over both."""
