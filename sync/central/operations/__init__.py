"""What people do to boxes, and what the control plane watches over by itself."""
