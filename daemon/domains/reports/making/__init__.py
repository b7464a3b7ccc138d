"""Making a report: runs in a process of its own, with a cap on memory, and reads only."""
