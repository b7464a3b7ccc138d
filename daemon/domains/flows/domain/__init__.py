"""What a flow is and how a run of it moves: rules without input or output."""
