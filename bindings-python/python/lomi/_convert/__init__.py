"""Between what callers pass and what the API takes: plain data, JSON text, times."""
