"""``python manage.py reconcile``: run it at every start and every few minutes, by cron."""

from datetime import timedelta

from django.core.management import BaseCommand
from django.utils import timezone

from shop import events, payments


class Command(BaseCommand):
    """Every event is handed over once."""

    help = "Brings the events that no webhook has brought, once."

    def handle(self, **options):
        """Run it."""
        # For the first run. Later ones continue where the last one ended.
        since = timezone.now() - timedelta(days=30)
        count = events.inbox.reconcile(payments.client, events.handle, since=since)
        self.stdout.write(f"{count} events were handed over")
