"""HTTP and WebSocket; it knows no business words."""
