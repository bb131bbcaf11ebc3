"""What compose.yaml promises: only nginx is reached from outside, and no container may do more than its work needs."""

import re

import pytest
import yaml
from jsonschema import Draft202012Validator

from config import celery
from tests.site import ROOT

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
ENDS_BY_ITSELF = {"release"}
DIGEST = re.compile(r"^[a-z0-9./-]+:[0-9][A-Za-z0-9.-]*@sha256:[0-9a-f]{64}$")
CONFINED = {
    "type": "object",
    "required": ["read_only", "cap_drop", "security_opt", "tmpfs", "healthcheck", "deploy", "restart", "networks"],
    "properties": {
        "read_only": {"const": True},
        "cap_drop": {"const": ["ALL"]},
        "security_opt": {"const": ["no-new-privileges:true"]},
        "restart": {"const": "unless-stopped"},
        "tmpfs": {"type": "array", "contains": {"pattern": "^/tmp:size="}},
        "healthcheck": {"type": "object", "required": ["test"], "not": {"required": ["disable"]}},
        "networks": {"type": "array", "items": {"enum": ["stores", "outward"]}, "minItems": 1},
        "deploy": {
            "type": "object",
            "properties": {
                "resources": {
                    "properties": {"limits": {"required": ["cpus", "memory", "pids"]}},
                    "required": ["limits"],
                }
            },
            "required": ["resources"],
        },
    },
    # Nothing that would take the promises back.
    **{
        "not": {
            "anyOf": [
                {"required": [name]} for name in ("privileged", "cap_add", "network_mode", "pid", "ipc", "devices")
            ]
        }
    },
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name):
    service = SERVICES[name]
    if name in ENDS_BY_ITSELF:
        service = {**service, "restart": "unless-stopped", "healthcheck": {"test": "it ends"}}
    Draft202012Validator(CONFINED).validate(service)


@pytest.mark.parametrize("missing", CONFINED["required"])
def test_the_check_sees_what_is_missing(missing):
    service = {key: value for key, value in SERVICES["web"].items() if key != missing}
    assert not Draft202012Validator(CONFINED).is_valid(service)


def test_nothing_but_nginx_can_be_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["stores"]
    assert SERVICES["nginx"]["networks"] == ["outward"]  # it cannot even see the stores


def test_images_are_named_by_digest_or_built_here_from_such():
    named = [service["image"] for service in SERVICES.values() if "build" not in service]
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert named and [image for image in [*named, *bases] if image != "site" and not DIGEST.match(image)] == []


def test_no_password_stands_in_the_file_and_each_has_to_be_given():
    text = (ROOT / "compose.yaml").read_text()
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "TLS_CERTIFICATE", "TLS_KEY"):
        uses = re.findall(rf"(?<!\$)\$\{{{name}([^}}]*)\}}", text)
        assert uses and all(use.startswith(":?") for use in uses)
    for secret in re.findall(r"(?i)(?:password|secret|token)\w*: *(.*)", text):
        assert secret.startswith(("${", "{", "")) and not re.match(r"\w", secret)
    assert set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)) >= {
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
        "TLS_CERTIFICATE",
        "TLS_KEY",
    }


def test_every_process_of_the_procfile_runs_in_a_container_and_every_queue_has_its_worker():
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert {line.partition(":")[0] for line in lines} == {*SERVICES} - {"nginx", "postgres", "redis"}
    for queue in celery.QUEUES:
        assert f"-Q {queue} " in SERVICES[f"worker-{queue}"]["command"]
        assert any(line.startswith(f"worker-{queue}: ") and f"-Q {queue} " in line for line in lines)


def test_containers_wait_for_what_they_need():
    for name in ("web", "worker-seats", "worker-money", "worker-mail", "beat"):
        assert SERVICES[name]["depends_on"]["release"]["condition"] == "service_completed_successfully"
    assert SERVICES["release"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert SERVICES["nginx"]["depends_on"]["web"]["condition"] == "service_healthy"
