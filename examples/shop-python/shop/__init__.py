"""A shop that is paid through lomi."""
