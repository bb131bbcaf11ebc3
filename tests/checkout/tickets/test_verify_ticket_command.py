"""`manage.py verify_ticket` at a gate without a network: the public key is all it has."""

import base64
import os
import subprocess
import sys
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from checkout.tickets import codes
from config import environment
from config.dev.embedded import free_port
from tests.site import ROOT

TICKET = uuid.UUID("0b8a1d5e-6f0e-4f0b-9a51-3f9a0f5b2c11")
OTHER = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()


def run(*arguments, stdin=None, **environment):
    """With a database and a Redis that do not answer, and another key than ours in the environment."""
    gone = {
        "DEBUG": "true",
        "DATABASE_URL": f"postgres://nobody@127.0.0.1:{free_port()}/nothing",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
        "TICKET_SIGNING_KEY": base64.b64encode(b"another key, of thirty-two bytes").decode(),
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **gone, **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def key():
    return base64.b64encode(codes.public_key()).decode()


def test_without_a_database_a_genuine_ticket_is_one_line_and_success(key):
    code = codes.sign(TICKET, 101, "B12", 3)
    done = run("verify_ticket", "-", "--public-key", OTHER, "--public-key", key, stdin=f"{code}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"GENUINE: show 101, seat B12, ticket {TICKET}, edition 3")
    assert done.stdout.count("\n") == 1


def test_without_a_database_a_forged_one_is_one_line_and_a_failure(key):
    done = run("verify_ticket", codes.sign(TICKET, 101, "B12"), "--public-key", OTHER)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("REFUSED: ") and done.stdout.count("\n") == 1


def test_the_sites_keys_are_printed_for_the_gate(key):
    now, before = run("ticket_keys", TICKET_OLD_PUBLIC_KEYS=key).stdout.splitlines()
    assert now.endswith("signs and verifies")
    assert before.split() == [codes.key_id(codes.public_key()).hex(), key, "verifies", "only"]


def test_without_a_key_those_of_the_site_verify(settings, capsys):
    code = codes.sign(TICKET, 101, "B12")
    settings.TICKET_OLD_PUBLIC_KEYS = [codes.public_key()]
    settings.TICKET_SIGNING_KEY = b"the key that signs from today on"
    call_command("verify_ticket", code)
    assert capsys.readouterr().out.startswith("GENUINE: show 101")


@pytest.mark.parametrize("code", ["", "HF2:AAAA", "https://example.test/", "HF1:é"])
def test_no_other_text_is_a_ticket(code, key, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("verify_ticket", code, "--public-key", key)
    assert ended.value.code == 1
    assert capsys.readouterr().out.startswith("REFUSED: ")


def test_a_key_that_is_none_is_said_before_anything_is_verified():
    with pytest.raises(CommandError, match="ticket_keys"):
        call_command("verify_ticket", "HF2:AAAA", "--public-key", "short")


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("short", "key 1 is not one"),
        (f"{OTHER},{OTHER}!", "key 2 is not one"),
        ("YW5vdGhlciBrZXksIG9mIHRoaXJ0eS10d28gYnl0ZXM=", "key 1 is the private key"),
    ],
    ids=["too short", "not base64", "private"],  # a random key in a name would be another test for every worker
)
def test_a_wrong_older_key_names_its_variable(monkeypatch, keys, says):
    monkeypatch.setenv("TICKET_OLD_PUBLIC_KEYS", keys)
    with pytest.raises(ImproperlyConfigured, match=says) as told:
        environment.public_keys("TICKET_OLD_PUBLIC_KEYS", b"another key, of thirty-two bytes")
    assert str(told.value).startswith("TICKET_OLD_PUBLIC_KEYS")


def test_older_keys_are_read_in_their_order(monkeypatch, key):
    monkeypatch.setenv("TICKET_OLD_PUBLIC_KEYS", f" {OTHER}, {key} ,")
    assert environment.public_keys("TICKET_OLD_PUBLIC_KEYS", b"") == [base64.b64decode(OTHER), codes.public_key()]
