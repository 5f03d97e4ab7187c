"""What `make bench` measures, and how: one module for each kind of figure."""
