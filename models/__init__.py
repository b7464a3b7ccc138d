"""Local models: ports for the rest of the box, and the two supervised children behind them."""
