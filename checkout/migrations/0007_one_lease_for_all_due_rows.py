"""Due rows have one vocabulary: `due_at` and `attempts`, whatever they were called. Every row keeps its values.

Only `IdempotencyKey.lease` goes: whose a lease is, is said by `attempts`. A request that was under way when this ran
holds its key until its lease ends, a minute later at most.
"""

import django.utils.timezone
from django.db import migrations, models

DUE_AT = {
    "blank": True,
    "default": django.utils.timezone.now,
    "help_text": "when to work on it next, or the end of a worker's lease; empty: there is nothing more to do",
    "null": True,
}
ATTEMPTS = {"default": 0, "help_text": "how often it was worked on"}


def due_fields(model: str) -> list[migrations.AlterField]:
    return [
        migrations.AlterField(model_name=model, name="due_at", field=models.DateTimeField(**DUE_AT)),
        migrations.AlterField(model_name=model, name="attempts", field=models.PositiveIntegerField(**ATTEMPTS)),
    ]


class Migration(migrations.Migration):

    dependencies = [
        ("checkout", "0006_refund_rule_says_where"),
    ]

    operations = [
        # A refund's number within its debt, before `asks` becomes `attempts`: the two were one letter apart.
        migrations.RenameField(model_name="refund", old_name="attempt", new_name="edition"),
        migrations.AlterField(
            model_name="refund",
            name="edition",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="one more each time the same debt is issued again because a refund failed"
            ),
        ),
        migrations.RenameField(model_name="order", old_name="asks", new_name="attempts"),
        migrations.RenameField(model_name="order", old_name="next_ask_at", new_name="due_at"),
        migrations.RenameField(model_name="refund", old_name="asks", new_name="attempts"),
        migrations.RenameField(model_name="refund", old_name="next_ask_at", new_name="due_at"),
        migrations.RenameField(model_name="idempotencykey", old_name="leased_until", new_name="due_at"),
        migrations.AddField(
            model_name="idempotencykey", name="attempts", field=models.PositiveIntegerField(**ATTEMPTS)
        ),
        # Empty by default first, so that going back can fill it.
        migrations.AlterField(
            model_name="idempotencykey", name="lease", field=models.CharField(blank=True, max_length=16)
        ),
        migrations.RemoveField(model_name="idempotencykey", name="lease"),
        *due_fields("order"),
        *due_fields("refund"),
        *due_fields("outboxmessage"),
        *due_fields("webhookevent"),
        migrations.AlterField(model_name="idempotencykey", name="due_at", field=models.DateTimeField(**DUE_AT)),
        # The indexes of `next_ask_at` had rows of which nothing more can come, too; AlterField has dropped them.
        migrations.AddIndex(
            model_name="order",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="order_due"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="refund_due"),
        ),
        # What NOT NULL promised of these two.
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at__isnull", False),
                    ("done_at__isnull", False),
                    ("given_up_at__isnull", False),
                    _connector="OR",
                ),
                name="outbox_open_is_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__isnull", False), ("processed_at__isnull", False), _connector="OR"),
                name="webhook_open_is_due",
            ),
        ),
    ]
