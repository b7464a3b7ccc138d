"""Both ends of the sync: the box's ledger and client, and a control plane of its own."""
