"""Webhook deliveries that come more than once."""
