"""Reads typed and checked values from the environment.

`config.settings` defines which values exist. An invalid value raises `ImproperlyConfigured` with a message that starts
with the variable's name; `manage.py` prints it as one line.
"""

import base64
import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()


def text(name: str, default: str | None = None) -> str:
    """The value of `name`. Without a default, a missing or empty value is an error."""
    value = os.environ.get(name, "")
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set. Give it a value in the environment (see .env.example).")
    return default


def flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: write true or false.")


def whole(name: str, default: int, lowest: int, highest: int) -> int:
    """A whole number between `lowest` and `highest`, both included."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: write a whole number.") from None
    if not lowest <= number <= highest:
        raise ImproperlyConfigured(f"{name} is {number}: it must be between {lowest} and {highest}.")
    return number


def names(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] if value else default


def database(name: str, default: str | None = None) -> dict[str, Any]:
    """Django's settings for a database URL; PostgreSQL and SQLite only."""
    url = text(name, default)
    if urlsplit(url).scheme not in {"postgres", "postgresql", "sqlite"}:
        raise ImproperlyConfigured(f"{name} must begin with postgres:// or sqlite:///.")
    try:
        return dict(_env.db_url_config(url))
    except (ValueError, environ.ImproperlyConfigured) as error:
        raise ImproperlyConfigured(f"{name} cannot be read as a database address: {error}") from None


def redis(name: str, default: str | None = None) -> str:
    """A redis:// or rediss:// address; the result always names its logical database."""
    url = text(name, default)
    parts = urlsplit(url)
    database_number = parts.path.strip("/") or "0"
    try:
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise ImproperlyConfigured(f"{name} has no usable port: {url!r}.") from None
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname or not database_number.isdigit():
        raise ImproperlyConfigured(f"{name} is {url!r}: write redis://host:port/0.")
    return urlunsplit(parts._replace(path=f"/{database_number}"))


def beside(url: str, step: int) -> str:
    """The same server with a logical database number that is higher by `step`."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/')) + step}"))


def email(name: str, default: str | None) -> dict[str, Any]:
    """Django's settings for a mail URL such as smtp+tls://user:password@host:587."""
    try:
        return dict(_env.email_url_config(text(name, default)))
    except (KeyError, ValueError, environ.ImproperlyConfigured):
        raise ImproperlyConfigured(f"{name} cannot be read: write smtp://host:port or smtp+tls://…") from None


def http_address(name: str, default: str | None = None) -> str:
    url = text(name, default)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} is {url!r}: write http(s)://host[:port].")
    return url


def seed(name: str, default: str | None = None) -> bytes:
    """The 32 bytes of an Ed25519 private key, written in base64."""
    try:
        value = base64.b64decode(text(name, default), validate=True)
    except ValueError:
        value = b""
    if len(value) != 32:
        raise ImproperlyConfigured(f"{name} must be 32 bytes in base64, such as `openssl rand -base64 32` prints.")
    return value


def public_keys(name: str, private: bytes) -> list[bytes]:
    """Ed25519 public keys of 32 bytes each, in base64, separated by commas; `private` must not be among them."""
    keys = []
    for number, part in enumerate(names(name, []), start=1):
        try:
            value = base64.b64decode(part, validate=True)
        except ValueError:
            value = b""
        if len(value) != 32:
            raise ImproperlyConfigured(f"{name}: key {number} is not one that `manage.py ticket_keys` prints.")
        if value == private:
            raise ImproperlyConfigured(
                f"{name}: key {number} is the private key. Give public ones, as `manage.py ticket_keys` prints."
            )
        keys.append(value)
    return keys


def http_origin(name: str, value: str) -> str:
    """Checks one origin of a list: scheme and host, no path."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ImproperlyConfigured(f"{name} has {value!r}: write full origins such as https://box.example.")
    return value


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = os.environ.get(name, "").strip() or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}: choose one of {', '.join(allowed)}.")
    return value


def check_apart(cluster: bool, **addresses: str) -> None:
    """Refuses Redis addresses that share a logical database; REDIS_URL is the locks'.

    A cluster has database 0 alone, so there everything else needs a server of its own.
    """
    if len({_logical_database(url) for url in addresses.values()}) < len(addresses):
        *first, last = addresses
        raise ImproperlyConfigured(
            f"{', '.join(first)} and {last} must name {len(addresses)} different logical databases: clearing the cache "
            "would drop every seat lock."
        )
    if not cluster:
        return
    host, port, path = _logical_database(addresses["REDIS_URL"])
    if path != "/0":
        raise ImproperlyConfigured("REDIS_URL must end in /0 with REDIS_CLUSTER: a cluster has no other database.")
    for name, url in addresses.items():
        if name != "REDIS_URL" and _logical_database(url)[:2] == (host, port):
            raise ImproperlyConfigured(
                f"{name} is on the cluster, which has logical database 0 only, and that is for the seat locks. With "
                f"REDIS_CLUSTER set {name} to a server of its own, such as redis://other-host:6379/0."
            )


def _logical_database(url: str) -> tuple[str | None, int, str]:
    """A key that is equal for two Redis addresses of the same logical database."""
    parts = urlsplit(url)
    return parts.hostname, parts.port or 6379, parts.path
