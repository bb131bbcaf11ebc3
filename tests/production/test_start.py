"""A start in production: the Dockerfile's steps, then DEBUG=false behind a proxy, then every page."""

import json
import re
import shutil
import time

import httpx
import pytest
import redis
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from tests.production.crawler import crawl
from tests.production.environment import HOST
from tests.production.image import not_as_locked, procfile
from tests.site import ROOT

MOST_BYTES = 10_000_000
MOVED = {301, 302}
SOURCES = (".map", ".scss", ".less", ".ts")
HASHED = re.compile(r"\.[0-9a-f]{12}\.")
MAPPED = re.compile(rb"(?m)^(//|/\*)# sourceMappingURL=")
EXPECTED = {"/", "/api/docs", "/accounts/login/", "/bookings/"}


# ------------------------------------------------------------------------------------------ static files


def test_what_is_tried_here_is_what_is_locked():
    assert not_as_locked() == []


def test_the_dockerfile_collects_static_files_with_hashed_names(image):
    assert any("collectstatic" in step for step in image.ran)
    paths = json.loads((image.static / "staticfiles.json").read_text())["paths"]
    assert re.fullmatch(r"frontend/css/site\.[0-9a-f]{12}\.css", paths["frontend/css/site.css"])
    for stored in paths.values():
        assert (image.static / stored).exists()


def test_static_files_stay_small_and_have_no_sources(image):
    files = [path for path in image.static.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    assert [path for path in files if path.suffix in SOURCES or path.suffixes[-2:-1] == [".map"]] == []
    # What browsers are sent to asks for none; the originals beside them stand as they came.
    hashed = [path for path in files if HASHED.search(path.name) and path.suffix in {".js", ".css"}]
    assert hashed and [path for path in hashed if MAPPED.search(path.read_bytes())] == []


def test_whatever_a_template_of_ours_names_is_collected(image):
    paths = json.loads((image.static / "staticfiles.json").read_text())["paths"]
    templates = [path.read_text() for path in (ROOT / "frontend" / "templates").rglob("*.*")]
    tagged = {name for text in templates for name in re.findall(r"{% static ['\"]([^'\"]+)['\"] %}", text)}
    assert tagged and tagged - {*paths} == set()
    plain = {name for text in templates for name in re.findall(r"['\"]/static/([^'\"]+)['\"]", text)}
    assert plain and [name for name in plain if not (image.static / name).exists()] == []


# ------------------------------------------------------------------------------------------------ pages


def addresses_without_arguments():
    """Every address of the site that needs no object."""

    def walk(patterns, names):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                if pattern.name:
                    yield ":".join([*names, pattern.name])
            else:
                namespace = [pattern.namespace] if pattern.namespace else []
                yield from walk(pattern.url_patterns, [*names, *namespace])

    for name in walk(get_resolver().url_patterns, []):
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def broken(visit):
    """Errors of ours, and links of our pages or files that lead nowhere."""
    wrong = visit.with_status(500)
    for path, code in visit.status.items():
        if code == 404 or (path.startswith("/static/") and code != 200):
            wrong[f"{code} {path}"] = visit.found_on[path]
    return wrong


def test_the_site_is_ready(stranger):
    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready"), answer.text


def test_every_page_that_a_stranger_can_reach_answers_and_so_does_every_file_it_needs(stranger):
    visit = crawl(stranger, "/")
    assert broken(visit) == {}
    assert {*visit.status} >= EXPECTED
    assert len(visit.static) > 30
    assert [path for path in visit.static if not HASHED.search(path)] == []


def test_every_page_that_staff_can_reach_answers(staff):
    visit = crawl(staff, "/", "/boxoffice/", "/admin/")
    assert broken(visit) == {}
    assert any(path.startswith("/admin/checkout/booking") for path in visit.status)


@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_every_address_that_needs_no_object_answers(who, request):
    client = request.getfixturevalue(who)
    answers = {address: client.get(address).status_code for address in {*addresses_without_arguments()}}
    assert len(answers) > 40
    assert {address: code for address, code in answers.items() if code >= 500} == {}


def test_a_page_that_does_not_exist_and_one_that_may_not_be_seen_are_pages_too(stranger):
    for address, code in (("/nowhere/", 404), ("/movies/nowhere/", 404), ("/api/nowhere/", 404)):
        assert stranger.get(address).status_code == code
    assert stranger.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_development_is_not_there(stranger):
    for address in ("/dev/mail/", "/dev/sandbox/"):
        assert stranger.get(address).status_code == 404


def test_metrics_are_not_for_strangers(stranger):
    assert stranger.get("/metrics").status_code in {401, 403}


# --------------------------------------------------------------------------------------- what is in front


def test_without_tls_one_is_sent_to_it(port):
    answer = httpx.get(f"http://127.0.0.1:{port}/", headers={"Host": HOST})
    assert answer.status_code in MOVED
    assert answer.headers["Location"] == f"https://{HOST}/"


def test_cookies_travel_by_tls_only(stranger):
    answer = stranger.get("/accounts/login/")
    assert "secure" in answer.headers["Set-Cookie"].lower()
    assert answer.headers["Strict-Transport-Security"]


def test_the_containers_health_check_sees_a_ready_site(production, port):
    done = production.image.run("python", "deploy/ready.py", str(port), **production.values)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["status"] == "ready"


def test_the_containers_health_check_fails_where_nothing_answers(production):
    done = production.image.run("python", "deploy/ready.py", "9", **production.values)
    assert done.returncode == 1
    assert done.stdout.startswith("no answer")


def test_without_the_manifest_the_process_is_not_ready_and_says_so(production):
    manifest = production.image.static / "staticfiles.json"
    away = manifest.with_suffix(".away")
    shutil.move(manifest, away)
    try:
        with production.web() as port, production.client(port) as client:
            answer = client.get("/readyz")
            assert answer.status_code == 503
            assert answer.json()["checks"]["pages"].startswith("cannot be rendered")
            assert client.get("/").status_code == 500  # what the check has seen coming
            assert client.get("/healthz").status_code == 200
    finally:
        shutil.move(away, manifest)


# -------------------------------------------------------------------------------------------- the others


def test_a_worker_of_the_procfile_takes_what_waits_for_it(production):
    broker = redis.Redis.from_url(production.values["REDIS_URL"].removesuffix("/0") + "/1")
    called = production.image.run(
        "celery", "-A", "config", "call", "cinema.tasks.follow_the_clock", **production.values
    )
    assert called.returncode == 0, called.stderr
    assert broker.llen("seats") == 1
    with production.process(procfile("worker-seats")) as worker:
        deadline = time.monotonic() + 120
        while broker.llen("seats") and time.monotonic() < deadline:
            assert worker.poll() is None, (production.image.place / "process.log").read_text()[-3000:]
            time.sleep(0.2)
        assert broker.llen("seats") == 0
    broker.close()


def test_it_does_not_start_with_a_star_for_hosts(production):
    done = production.image.run(*production.image.command, **{**production.values, "ALLOWED_HOSTS": "*"})
    assert done.returncode != 0
    assert "ALLOWED_HOSTS has a *" in done.stderr
