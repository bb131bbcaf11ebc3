"""`make audit`: fails on a known advisory, and tells one that it could not ask from one that there is none."""

import gzip
import json
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.site import ROOT

PROGRAM = ROOT / ".ci" / "advisories.py"
NOBODY = "http://127.0.0.1:9"
TOOL = Path(sys.executable).with_name("pip-audit")
needs_pip_audit = pytest.mark.skipif(not TOOL.exists(), reason="pip-audit is not installed")
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


@contextmanager
def service(answer):
    """Both kinds of advisory service on one port: `answer(path, body)` is the JSON, or None for 404."""

    class Service(BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            found = answer(self.path, json.loads(body or b"null"))
            text = json.dumps(found).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def audit(osv, npm):
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "--pip-audit", f"--osv-url={osv}/v1/query", "--npm", f"--registry={npm}"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def nothing_known(path, body):
    return {}


def about_django(path, body):
    """Python's service knows of one in Django."""
    if not body or body.get("package", {}).get("name") != "django":
        return {}
    package = {"name": "django", "ecosystem": "PyPI"}
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}]
    affected = [{"package": package, "ranges": ranges, "versions": [body["version"]]}]
    return {"vulns": [{"id": "TEST-2026-1", "published": "2026-01-01T00:00:00Z", "summary": "x", "affected": affected}]}


def about_typescript(path, body):
    """npm's knows of one in TypeScript."""
    if path.endswith("/advisories/bulk"):
        found = {
            "id": 1,
            "url": "https://example.test/1",
            "title": "x",
            "severity": "high",
            "vulnerable_versions": "<99",
        }
        return {"typescript": [{**found, "cwe": [], "cvss": {"score": 0, "vectorString": None}}]}
    return {"name": "typescript", "dist-tags": {}, "versions": {"7.0.2": {"name": "typescript", "version": "7.0.2"}}}


@needs_pip_audit
@needs_npm
def test_nothing_known_is_said_and_passes():
    with service(nothing_known) as url:
        code, said = audit(url, url)
    assert code == 0, said
    assert said.count(": 0 known advisories") == 3


@needs_pip_audit
def test_an_advisory_of_a_locked_package_fails():
    with service(about_django) as url:
        code, said = audit(url, url)
    assert code == 1, said
    assert "django" in said and "TEST-2026-1, mended in 99.0" in said


@needs_pip_audit
@needs_npm
def test_an_advisory_of_a_tool_of_the_scripts_fails():
    with service(nothing_known) as osv, service(about_typescript) as npm:
        code, said = audit(osv, npm)
    assert code == 1, said
    assert "typescript: high" in said


@needs_pip_audit
def test_services_that_cannot_be_reached_are_said_and_do_not_fail():
    code, said = audit(NOBODY, NOBODY)
    assert code == 0, said
    assert said.count("COULD NOT ASK") == 3
    assert "0 known advisories" not in said


@needs_pip_audit
def test_a_mirror_that_knows_no_advisories_is_nobody_who_was_asked():
    with service(lambda path, body: None) as url:
        code, said = audit(url, url)
    assert code == 0, said
    assert said.count("COULD NOT ASK") == 3


@pytest.mark.parametrize(
    "printed", ['{"dependencies": []}', '{"dependencies": [{"name": "django", "skip_reason": "x"}]}']
)
def test_a_tool_that_looked_at_nothing_is_not_believed(printed, tmp_path):
    """As pip-audit does without --strict where a mirror knows no package."""
    place = tmp_path / "bin"
    place.mkdir()
    (place / "python").symlink_to(sys.executable)
    tool = place / "pip-audit"
    tool.write_text(f"#!/bin/sh\necho '{printed}'\n")
    tool.chmod(0o755)
    program = f"import sys, runpy; sys.executable = {str(place / 'python')!r}; sys.argv = ['advisories'];"
    program += f"runpy.run_path({str(PROGRAM)!r}, run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, env={"PATH": "/nowhere"}
    )
    assert done.returncode == 1
    assert "NOT LOOKED AT (pip-audit looked at" in done.stdout
