"""`manage.py stampede` against a running site: what it measures, what it writes, and how it says no."""

import json
import re

import pytest

from config.dev.embedded import free_port

PLAN = ("--viewers", "60", "--buyers", "6", "--seconds", "6")


@pytest.fixture
def stampede(site):
    """The command as in a second terminal."""
    return lambda *arguments: site.manage("stampede", *(str(argument) for argument in arguments))


def test_a_short_run_proves_itself_and_its_figures_agree(stampede, live_show, tmp_path):
    page, figures = tmp_path / "report.html", tmp_path / "figures.json"
    ended = stampede(live_show.id, *PLAN, "--json", figures, "--html", page)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("yes  ") == 4
    assert "66/66 viewers" in ended.stderr
    result = json.loads(figures.read_text())
    _check_viewers(result)
    _check_buyers(result, live_show)
    _check_timeline(result, len(live_show.layout))
    _check_page(page.read_text())


def _check_viewers(result):
    viewers, latency = result["viewers"], result["hold_to_frame_ms"]
    assert viewers["connect_ms"]["count"] >= 66  # every viewer and buyer, and buyers who came again
    assert viewers["gaps"] == 0
    assert viewers["frames"] >= 60 * 2
    assert viewers["seat_changes"] >= viewers["frames"] / 4
    assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"] <= latency["max"] < 6000
    assert latency["sampled_viewers"] == 50
    assert result["proof"]["viewers"] == 66


def _check_buyers(result, show):
    buyers, proof = result["buyers"], result["proof"]
    outcomes = buyers["outcomes"]
    assert buyers["errors"] == {}
    assert buyers["unavailable"] == {}
    assert proof["passed"]
    assert outcomes["held"] == proof["grants"] >= 6
    locks = buyers["lock_by_socket_ms"]["count"] + buyers["lock_by_http_ms"]["count"]
    assert locks == proof["grants"]
    assert outcomes.get("confirmed", 0) == outcomes.get("paid", 0) - buyers["payments_without_an_end"]
    assert result["target"]["sandbox"] == show.site.sandbox_url
    _, seq, letters = show.fresh()
    assert letters.count("s") == proof["tickets"]
    assert seq >= proof["seq"] >= proof["grants"]


def _check_timeline(result, seats):
    assert len(result["timeline"]) >= 6
    assert all(sum(moment["seats"].values()) == seats for moment in result["timeline"] if moment["seats"])
    assert max(moment["viewers"] for moment in result["timeline"]) == 66


def _check_page(page):
    assert "The proof from outside holds." in page
    assert page.count("<svg") == 4
    assert not re.search(r"<(script|link|img|iframe|object)\b|@import|url\(", page)
    assert re.findall(r"""(?:src|href)=""", page) == []
    assert "prefers-color-scheme: dark" in page


def one_line(ended):
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.strip().count("\n") == 0, ended.stderr
    return ended.stderr


def test_a_wrong_address_is_one_line(stampede, live_show):
    said = one_line(stampede(live_show.id, "--url", f"http://127.0.0.1:{free_port()}"))
    assert "Nothing answers at http://127.0.0.1:" in said
    assert "make run" in said


def test_an_unknown_show_is_one_line(stampede):
    assert "has no show 999999" in one_line(stampede(999999))


def test_a_closed_show_is_one_line(stampede, site, live_show):
    change = f"from cinema.models import Show; Show.objects.filter(pk={live_show.id}).update(state='closed')"
    assert site.manage("shell", "-c", change).returncode == 0
    assert f"Show {live_show.id} is not on sale: it is closed." in one_line(stampede(live_show.id))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("five",), "SHOW is 'five': write a whole number"),
        (("1", "--viewers", "10001"), "--viewers is 10001: it must lie between 1 and 10000"),
        (("1", "--buyers", "-1"), "--buyers is -1"),
        (("1", "--seconds", "0"), "--seconds is 0"),
        (("1", "--url", "ftp://x"), "--url is 'ftp://x'"),
        (("1", "--json", "/nowhere/at/all.json"), "--json: there is no directory /nowhere/at"),
        (("1", "--sandbox", "http://127.0.0.1:1"), "No payment sandbox answers"),
    ],
)
def test_a_wrong_argument_is_one_line(stampede, live_show, arguments, said):
    arguments = (live_show.id if arguments[0] == "1" else arguments[0], *arguments[1:])
    assert said in one_line(stampede(*arguments))
