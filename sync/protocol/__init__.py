"""What both ends speak: messages, events, the chain, and how usage becomes an invoice."""
