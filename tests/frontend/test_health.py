import threading
import time
from types import SimpleNamespace

import pytest
import redis
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder

from config.dev.embedded import free_port
from config.staticfiles import ModuleManifestStorage
from frontend import readiness
from frontend.readiness import GOOD, READINESS, Readiness

CHECKS = ("process", "database", "redis", "migrations", "pages")


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch):
    """No test gets the answers of another."""
    monkeypatch.setattr(READINESS, "_asked_at", float("-inf"))


def test_a_running_process_answers_without_a_query(client, settings):
    """No `db` fixture: a query would fail here."""
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.content == b"ok"


@pytest.mark.django_db
def test_everything_good_is_ready(client, redis_server):
    response = client.get("/readyz")
    assert response.json() == {"status": "ready", "checks": dict.fromkeys(CHECKS, "good")}
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_redis_that_is_down_is_named(client, settings):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["redis"].startswith("no answer")
    assert response.json()["checks"]["database"] == "good"


@pytest.mark.django_db
def test_a_database_that_is_down_is_named_without_its_error_text(client, monkeypatch, redis_server):
    def refuse(*_, **__):
        raise redis.ConnectionError("secret-host refused")

    monkeypatch.setattr(type(connections["default"]), "get_new_connection", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "no answer (ConnectionError)"
    assert b"secret-host" not in response.content


@pytest.mark.django_db
def test_a_missing_migration_is_named(client, monkeypatch, redis_server):
    def without_the_first_of_ours(recorder):
        known = real(recorder)
        return {key: value for key, value in known.items() if key != ("cinema", "0001_initial")}

    real = MigrationRecorder.applied_migrations
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", without_the_first_of_ours)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "1 not applied, first cinema.0001_initial: run migrate"


@pytest.mark.django_db
def test_without_the_static_files_manifest_nothing_is_ready(client, monkeypatch, settings, redis_server, tmp_path):
    settings.DEBUG = False
    monkeypatch.setattr(staticfiles_storage, "_wrapped", ModuleManifestStorage(location=tmp_path))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["pages"].startswith("cannot be rendered (ValueError)")
    assert {name for name, answer in response.json()["checks"].items() if answer != GOOD} == {"pages"}


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_checks_are_read_only(client, address):
    assert client.post(address).status_code == 405


@pytest.mark.django_db
def test_a_stopping_process_is_not_ready_from_that_moment_on(client, redis_server, monkeypatch):
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr("seating.lifecycle._stopping", True)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["process"].startswith("stopping")


# ------------------------------------------------------------------------------------- what asking costs


@pytest.fixture
def connections_made(monkeypatch):
    """Counts connections to PostgreSQL, as it says itself, and to Redis, as this process makes them."""
    made = []
    connect = redis.connection.Connection._connect
    monkeypatch.setattr(redis.connection.Connection, "_connect", lambda self: (made.append(1), connect(self))[1])

    def count():
        time.sleep(1.5)  # PostgreSQL counts with a delay
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute("SELECT sessions FROM pg_stat_database WHERE datname = current_database()")
            return cursor.fetchone()[0], len(made)

    return count


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_asking_opens_no_connection(client, redis_server, monkeypatch, connections_made):
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0)
    assert client.get("/readyz").status_code == 200
    before = connections_made()
    for _ in range(40):
        assert client.get("/readyz").status_code == 200
    assert connections_made() == before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_count_sees_connections_that_are_not_kept(client, redis_server, monkeypatch, connections_made):
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0)
    before = connections_made()
    for _ in range(3):
        readiness._client.cache_clear()
        connections["default"].close_pool()
        client.get("/readyz")
    sessions, clients = connections_made()
    assert sessions >= before[0] + 3
    assert clients >= before[1] + 3


@pytest.fixture
def counted():
    """A check that notes when it was asked, and its `Readiness`."""
    asked = []

    def check():
        asked.append(time.monotonic())
        return GOOD

    return asked, Readiness({"it": check})


def test_answers_are_kept_for_a_second(counted, monkeypatch):
    asked, ready = counted
    now = [100.0]
    monkeypatch.setattr(readiness, "time", SimpleNamespace(monotonic=lambda: now[0]))
    for _ in range(50):
        assert ready.answers() == {"it": GOOD}
    assert len(asked) == 1
    now[0] += readiness.KEPT_SECONDS
    ready.answers()
    assert len(asked) == 2


def test_a_crowd_that_asks_at_once_is_one_question(counted):
    asked, ready = counted
    crowd = [threading.Thread(target=ready.answers) for _ in range(30)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(asked) == 1


def test_a_check_that_hangs_is_red_and_is_not_asked_again_beside_itself(monkeypatch):
    monkeypatch.setattr(readiness, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0)
    goes_on, asked = threading.Event(), []

    def hang():
        asked.append(1)
        goes_on.wait(30)
        return GOOD

    ready = Readiness({"hangs": hang, "good": lambda: GOOD})
    for _ in range(3):
        assert ready.answers() == {"hangs": "no answer (TimeoutError)", "good": GOOD}
    assert len(asked) == 1
    goes_on.set()
    ready._questions["hangs"].join()
    assert ready.answers()["hangs"] == GOOD
