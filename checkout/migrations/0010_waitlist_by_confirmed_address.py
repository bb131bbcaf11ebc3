"""Entries count once their mail address is confirmed; those of before count as they did, in the order they had."""

import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, Q


def keep_places(apps, schema_editor):
    apps.get_model("checkout", "WaitlistEntry").objects.update(queued_at=F("created_at"), confirmed_at=F("created_at"))


def forget_unconfirmed(apps, schema_editor):
    """On the way back: the word is longer than the column was."""
    apps.get_model("checkout", "WaitlistEntry").objects.filter(status="unconfirmed").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("checkout", "0009_check_ins_taken_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="waitlistentry",
            name="address",
            field=models.CharField(
                blank=True,
                default="",
                help_text="a keyed hash of the network address it was joined from, while it is open",
                max_length=32,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="waitlistentry",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="waitlistentry",
            name="lapsed_holds",
            field=models.JSONField(default=list, help_text="the holds of earlier offers that lapsed"),
        ),
        migrations.AddField(
            model_name="waitlistentry",
            name="queued_at",
            field=models.DateTimeField(default=django.utils.timezone.now, help_text="its place in the queue"),
        ),
        migrations.RunPython(keep_places, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="waitlistentry",
            name="status",
            field=models.CharField(
                choices=[
                    ("unconfirmed", "unconfirmed"),
                    ("waiting", "waiting"),
                    ("offered", "offered"),
                    ("taken", "taken"),
                    ("declined", "declined"),
                    ("lapsed", "lapsed"),
                    ("left", "left"),
                    ("closed", "closed"),
                ],
                default="waiting",
                max_length=12,
            ),
        ),
        migrations.RemoveIndex(model_name="waitlistentry", name="waitlist_queue"),
        migrations.AddIndex(
            model_name="waitlistentry",
            index=models.Index(
                condition=Q(("status", "waiting")), fields=["show", "queued_at", "id"], name="waitlist_queue"
            ),
        ),
        migrations.AddIndex(
            model_name="waitlistentry",
            index=models.Index(
                condition=Q(("status", "unconfirmed")), fields=["created_at"], name="waitlist_unconfirmed"
            ),
        ),
        migrations.RemoveConstraint(model_name="waitlistentry", name="one_waitlist_entry_per_owner"),
        migrations.AddConstraint(
            model_name="waitlistentry",
            constraint=models.UniqueConstraint(
                condition=Q(("status__in", ["unconfirmed", "waiting", "offered"])),
                fields=("show", "owner"),
                name="one_waitlist_entry_per_owner",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_unconfirmed),
    ]
