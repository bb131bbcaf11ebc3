"""REQUESTS_PER_ADDRESS and its neighbours: what they may say, and that a wrong value stops the start with one line."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import rates
from tests.site import ROOT

DEFAULTS = {"lock": "20/min", "create": "10/min", "waitlist": "5/h"}


@pytest.mark.parametrize(
    ("value", "on", "expected"),
    [
        ("", True, DEFAULTS),
        ("", False, {}),
        ("on", False, DEFAULTS),
        ("off", True, {}),
        ("lock=200/min", True, {**DEFAULTS, "lock": "200/min"}),
        ("lock=200/min", False, {**DEFAULTS, "lock": "200/min"}),
        (" Lock = 40/10s , create=off", True, {"lock": "40/10s", "waitlist": "5/h"}),
    ],
)
def test_a_list_changes_single_rates_and_one_word_all(monkeypatch, value, on, expected):
    monkeypatch.setenv("REQUESTS_PER_ADDRESS", value)
    assert rates("REQUESTS_PER_ADDRESS", DEFAULTS, on) == expected


@pytest.mark.parametrize(
    "value", ["lock", "lock=", "lock=many", "lock=0/min", "lock=-1/min", "lock=20", "lock=20/year", "seats=20/min"]
)
def test_a_wrong_value_names_itself(monkeypatch, value):
    monkeypatch.setenv("REQUESTS_PER_ADDRESS", value)
    with pytest.raises(ImproperlyConfigured, match=r"^REQUESTS_PER_ADDRESS has"):
        rates("REQUESTS_PER_ADDRESS", DEFAULTS, True)


def started(**environment):
    """`manage.py check` with this environment."""
    given = {"DEBUG": "true", "DATABASE_URL": "sqlite://:memory:", "REDIS_URL": "redis://127.0.0.1:6379/0"}
    return subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v",
            "0",
            "-c",
            "from django.conf import settings as s;"
            "print(s.REQUESTS_PER_ADDRESS, s.MAX_CONNECTIONS_PER_ADDRESS, s.WAITLIST_ENTRIES_PER_ADDRESS)",
        ],
        cwd=ROOT,
        env={**os.environ, **given, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REQUESTS_PER_ADDRESS", "lock=fast"),
        ("MAX_CONNECTIONS_PER_ADDRESS", "many"),
        ("WAITLIST_ENTRIES_PER_ADDRESS", "-1"),
        ("WAITLIST_SHARE_PER_ADDRESS", "101"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_line(name, value):
    run = started(**{name: value})
    assert run.returncode != 0
    [line] = run.stderr.strip().splitlines()
    assert name in line


def test_in_development_everything_by_address_is_off():
    assert started(REQUESTS_PER_ADDRESS="").stdout.split() == ["{}", "0", "0"]
