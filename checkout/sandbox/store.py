"""Everything the sandbox knows: JSON documents in one SQLite file, so that it survives its own restart.

A document is a dict with an `id`, filed under a kind ("order", "payment", "delivery" …) and optionally under a
parent (an order's payments) and a time at which something is due. Keys that begin with `_` are the sandbox's
own and never leave it. One lock and one connection: requests wait for each other, which makes every change of
state one step.
"""

import json
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

Document = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    parent TEXT,
    created INTEGER NOT NULL,
    due REAL,
    body TEXT NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS documents_by_parent ON documents (kind, parent);
CREATE INDEX IF NOT EXISTS documents_by_due ON documents (due) WHERE due IS NOT NULL;
"""


def new_id(prefix: str) -> str:
    """An id as Razorpay writes them: `order_` and fourteen letters and digits."""
    return f"{prefix}_{''.join(secrets.choice(string.ascii_letters + string.digits) for _ in range(14))}"


def public(document: Document) -> Document:
    """The document as the world may see it."""
    return {name: value for name, value in document.items() if not name.startswith("_")}


class Documents:
    """The documents inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        clock = self.get("switch", "clock")
        self._ahead = clock["ahead"] if clock else 0.0

    def now(self) -> float:
        """Seconds since the epoch by the sandbox's clock, which tests may put forward."""
        return time.time() + self._ahead

    def get(self, kind: str, id: str) -> Document | None:
        row = self._connection.execute("SELECT body FROM documents WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, document: Document, *, parent: str | None = None, due: float | None = None) -> Document:
        """Writes the document, new or again. `parent` counts only the first time; `due` is set or cleared."""
        self._connection.execute(
            "INSERT INTO documents (kind, id, parent, created, due, body) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET due = excluded.due, body = excluded.body",
            (
                kind,
                document["id"],
                parent,
                int(document.get("created_at") or self.now()),
                due,
                json.dumps(document),
            ),
        )
        return document

    def delete(self, kind: str, id: str) -> None:
        self._connection.execute("DELETE FROM documents WHERE kind = ? AND id = ?", (kind, id))

    def forget(self, kind: str, before: float) -> None:
        """Deletes what was created before that time and has nothing due."""
        self._connection.execute(
            "DELETE FROM documents WHERE kind = ? AND created < ? AND due IS NULL", (kind, int(before))
        )

    def find(
        self,
        kind: str,
        *,
        parent: str | None = None,
        since: int = 0,
        until: int = 2**62,
        limit: int = -1,
        skip: int = 0,
    ) -> list[Document]:
        """Newest first; `since` and `until` are seconds of creation, both included; -1 is no limit."""
        rows = self._connection.execute(
            "SELECT body FROM documents WHERE kind = ? AND (? IS NULL OR parent = ?) "
            "AND created BETWEEN ? AND ? ORDER BY seq DESC LIMIT ? OFFSET ?",
            (kind, parent, parent, since, until, limit, skip),
        )
        return [json.loads(body) for (body,) in rows]

    def due(self, kind: str, limit: int) -> list[Document]:
        """What is due by now, the longest overdue first."""
        rows = self._connection.execute(
            "SELECT body FROM documents WHERE due <= ? AND kind = ? ORDER BY due, seq LIMIT ?",
            (self.now(), kind, limit),
        )
        return [json.loads(body) for (body,) in rows]

    def first_due(self) -> float | None:
        row = self._connection.execute("SELECT MIN(due) FROM documents WHERE due IS NOT NULL").fetchone()
        first: float | None = row[0]
        return first

    def due_of(self, kind: str, id: str) -> float | None:
        row = self._connection.execute("SELECT due FROM documents WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        return row[0] if row else None


class Store:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[Documents]:
        """All that is written inside is kept, or none of it. Must not be nested."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Documents(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()


@cache
def the_store() -> Store:
    """This process's store, in `VAR_DIR`; the command opens it before the first request comes."""
    return Store(Path(settings.VAR_DIR) / "sandbox.sqlite3")
