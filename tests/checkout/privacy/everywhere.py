"""Searches every column of every table for a text, whatever type it has, and what signed sessions have inside."""

from django.contrib.sessions.models import Session
from django.db import connection


def places_of(text: str) -> list[str]:
    """`table.column` wherever `text` stands, in any case of its letters."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for column in connection.introspection.get_table_description(cursor, table):
                # CAST reads JSON, numbers and times alike; LIKE over lower case is the same on both databases.
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE lower(CAST("{column.name}" AS TEXT)) LIKE %s',  # noqa: S608
                    [f"%{text.lower()}%"],
                )
                if cursor.fetchone()[0]:
                    found.append(f"{table}.{column.name}")
    if any(text.lower() in str(session.get_decoded()).lower() for session in Session.objects.all()):
        found.append("django_session (inside)")
    return sorted(found)
