"""What a technician looks at when something does not work: an agent's parts and its last answer."""
