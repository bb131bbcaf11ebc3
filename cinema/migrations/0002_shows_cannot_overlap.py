"""Two shows on one screen cannot overlap, by PostgreSQL's own constraint; cancelled shows do not count.

An exclusion constraint on a plain number needs btree_gist, which the embedded server does not have; a range of
one number does not. SQLite has no such constraint: there the services' check under a lock is alone.
"""

from django.db import migrations

NAME = "shows_of_a_screen_never_overlap"


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"""
            ALTER TABLE cinema_show ADD CONSTRAINT {NAME} EXCLUDE USING gist (
                int8range(screen_id, screen_id, '[]') WITH &&,
                tstzrange(starts_at, ends_at, '[)') WITH &&
            ) WHERE (state <> 'cancelled')
            """
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE cinema_show DROP CONSTRAINT {NAME}")


class Migration(migrations.Migration):
    dependencies = [("cinema", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
