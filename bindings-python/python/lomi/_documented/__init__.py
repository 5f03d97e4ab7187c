"""What only the documented client's surface needs."""
