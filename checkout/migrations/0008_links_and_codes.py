import django.db.models.functions.text
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checkout", "0007_one_lease_for_all_due_rows")]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="link_generation",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="links in mails name it; raised to end those that are out"
            ),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(django.db.models.functions.text.Upper("email"), name="booking_by_address"),
        ),
        migrations.CreateModel(
            name="MailCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(help_text="what it is for: booking:… or offer:…", max_length=80)),
                ("digest", models.CharField(blank=True, help_text="empty until the mail is sent", max_length=64)),
                (
                    "tries",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="how often a code was given, right ones included"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, help_text="when it was asked for"),
                ),
                ("expires_at", models.DateTimeField(blank=True, help_text="empty until the mail is sent", null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["subject", "-created_at"], name="mail_code_subject")],
            },
        ),
    ]
