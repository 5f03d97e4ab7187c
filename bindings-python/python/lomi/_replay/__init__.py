"""Webhook deliveries that come more than once. The public names are in ``lomi.webhooks``."""
