"""`manage.py drill`, small: every server of a site of its own is killed once while guests buy, and nothing is lost."""

import subprocess
import sys

import pytest

from tests.live.conftest import shows_on_sale
from tests.site import running_site
from trials.management.commands.drill import Command

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def test_each_server_is_killed_in_the_middle_of_a_sale_and_the_books_agree_by_themselves():
    with running_site(SEAT_HOLD_SECONDS="15", PAYMENT_WINDOW_SECONDS="15") as site:
        show = str(next(iter(shows_on_sale(site)))["id"])
        sizes = ("--viewers", "40", "--buyers", "6", "--rounds", "1", "--pause", "1")
        ended = site.manage("drill", show, *sizes, seconds=400)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert ended.stdout.count("killed: tickets could be bought after") == 4
        assert "0 things lost, doubled or forgotten." in ended.stdout
        refused = site.manage("drill", "999999999")
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)


def test_a_stampede_that_cannot_begin_is_a_fault_with_its_reason_and_nothing_is_killed(tmp_path):
    log = tmp_path / "stampede.log"
    log.write_text("connecting viewers · 0/40 viewers\nCommandError: Show 1 has begun.\n")
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"], stdout=subprocess.PIPE, text=True) as sale:
        command = Command()
        assert not command._has_begun(sale, log)
        assert command._end(sale, 10, log) == ["the stampede ended without a proof: CommandError: Show 1 has begun."]
