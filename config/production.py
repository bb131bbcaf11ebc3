"""What stops the start outside of development: values that are missing there, weak, or known to everybody.

Every refusal is an `ImproperlyConfigured` that begins with the variable's name and says what to write.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import environment as env

SHORTEST_SECRET = 50
DIFFERENT_CHARACTERS = 10  # 50 random hexadecimal digits have fewer once in ten million
DIFFERENT_BYTES = 8  # of the 32 of a signing key
GENERATED = "django-insecure-"  # what `startproject` writes
PUBLISHED_PASSWORDS = {"secret"}  # stood in this repository's compose.yaml and .env.example


def check(settings: Mapping[str, Any]) -> None:
    """All of it, for the settings by their names."""
    check_secret_key(settings["SECRET_KEY"], settings["DEVELOPMENT_SECRET"])
    check_hosts(settings["ALLOWED_HOSTS"])
    check_database_password(settings["DATABASES"]["default"].get("PASSWORD"))
    check_gateway(settings["RAZORPAY_BASE_URL"])
    check_gateway_keys(
        {settings[name] for name in ("RAZORPAY_KEY_ID", "RAZORPAY_KEY_SECRET", "RAZORPAY_WEBHOOK_SECRET")},
        {settings[name] for name in ("SANDBOX_KEY_ID", "SANDBOX_KEY_SECRET", "SANDBOX_WEBHOOK_SECRET")},
    )
    check_ticket_keys(
        settings["TICKET_SIGNING_KEY"],
        settings["TICKET_OLD_PUBLIC_KEYS"],
        env.seed("", settings["DEVELOPMENT_TICKET_KEY"]),
        env.seed("", settings["DEVELOPMENT_TICKET_PUBLIC_KEY"]),
    )


def check_secret_key(key: str, known: str) -> None:
    """Refuses the development key `known`, a short one, and one that only looks long."""
    if key == known or key.startswith(GENERATED):
        raise ImproperlyConfigured("SECRET_KEY is weak: this one is for development, and published. Make a new one.")
    few, repeats = len(set(key)) < DIFFERENT_CHARACTERS, key in (key + key)[1:-1]
    if len(key) < SHORTEST_SECRET or few or repeats:
        raise ImproperlyConfigured(
            f"SECRET_KEY is weak: give at least {SHORTEST_SECRET} random characters, such as "
            "`openssl rand -base64 48` prints."
        )


def check_hosts(hosts: list[str]) -> None:
    """Refuses a star: whoever may choose the Host header chooses where the links in our mails lead."""
    if not hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS is not set: list the host names of this site.")
    if any("*" in host or not host.strip(".") for host in hosts):
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS has a *: list the host names of this site. `.box.example` allows every name below it too."
        )


def check_gateway(address: str) -> None:
    if urlsplit(address).scheme != "https":
        raise ImproperlyConfigured(
            f"RAZORPAY_BASE_URL is {address!r}: keys and payments would travel unencrypted. Write https://…, or leave "
            "it out for Razorpay's own address."
        )


def check_gateway_keys(keys: set[str], known: set[str]) -> None:
    if keys & known:
        raise ImproperlyConfigured("RAZORPAY_KEY_ID and its secrets are the sandbox's: set the live keys.")


def check_ticket_keys(private: bytes, public: Iterable[bytes], known: bytes, known_public: bytes) -> None:
    """Refuses the development key, also as an earlier key whose tickets are still admitted."""
    if private == known:
        raise ImproperlyConfigured("TICKET_SIGNING_KEY is the development key: anyone could sign tickets with it.")
    if len(set(private)) < DIFFERENT_BYTES:
        raise ImproperlyConfigured("TICKET_SIGNING_KEY is weak: use what `openssl rand -base64 32` prints.")
    if known_public in set(public):
        raise ImproperlyConfigured("TICKET_OLD_PUBLIC_KEYS has the development key: anyone could sign tickets for it.")


def check_database_password(password: str | None) -> None:
    if password in PUBLISHED_PASSWORDS:
        raise ImproperlyConfigured("DATABASE_URL has a password that everybody knows: choose another.")
