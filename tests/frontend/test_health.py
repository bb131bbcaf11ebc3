import pytest
import redis
from django.db.migrations.recorder import MigrationRecorder

from config.dev.embedded import free_port
from frontend.views import health


def test_a_running_process_answers_without_a_query(client, settings):
    """No `db` fixture: a query would fail here."""
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.content == b"ok"


@pytest.mark.django_db
def test_everything_good_is_ready(client, redis_server):
    response = client.get("/readyz")
    assert response.json() == {
        "status": "ready",
        "checks": {"process": "good", "database": "good", "redis": "good", "migrations": "good"},
    }
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
    def refuse():
        raise redis.ConnectionError("secret-host refused")

    monkeypatch.setattr(health, "_short_connection", refuse)
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


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_checks_are_read_only(client, address):
    assert client.post(address).status_code == 405


@pytest.mark.django_db
def test_a_stopping_process_is_not_ready(client, redis_server, monkeypatch):
    monkeypatch.setattr("seating.lifecycle._stopping", True)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["process"].startswith("stopping")
