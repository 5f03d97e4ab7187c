"""The orders, and the table in which the inbox marks events as handled."""

import secrets

from django.db import migrations, models

from shop.events import inbox


class Migration(migrations.Migration):
    """Made by ``makemigrations``, except the last line."""

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=secrets.token_hex, max_length=64, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("amount", models.IntegerField()),
                ("currency", models.CharField(default="XOF", max_length=3)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("paid", "Paid"),
                            ("refunded", "Refunded"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("paid_count", models.IntegerField(default=0)),
                ("note", models.TextField(blank=True)),
                ("attempt", models.IntegerField(default=1)),
                ("session_id", models.CharField(blank=True, max_length=64)),
                ("checkout_url", models.TextField(blank=True)),
                ("transaction_id", models.CharField(blank=True, db_index=True, max_length=64)),
                ("refund_id", models.CharField(blank=True, max_length=64)),
                ("refund_call", models.TextField(blank=True)),
            ],
        ),
        migrations.RunPython(lambda apps, schema_editor: inbox.create_table()),
    ]
