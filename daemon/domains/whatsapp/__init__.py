"""WhatsApp: the numbers of the box, what comes in over them and what goes out."""
