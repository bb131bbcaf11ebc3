"""The shipped nginx, really running: its configuration, with the container's addresses changed to this machine's."""

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from config.dev.embedded import free_port
from config.dev.lifeline import EndsWithUs
from tests.certificates import self_signed
from tests.production.environment import HOST
from tests.site import ROOT

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
CONFIGURATION = ROOT / "deploy" / "nginx"
TYPES = "types { text/html html; text/css css; text/javascript js; image/svg+xml svg; font/woff2 woff2; }"


@dataclass
class Front:
    """`port` speaks TLS, `plain` does not; `log` is the access log."""

    port: int
    plain: int
    log: Path
    errors: Path


@contextmanager
def running_nginx(
    place: Path, upstream: int, static: Path, more: str = "", without: tuple[str, ...] = ()
) -> Iterator[Front]:
    """nginx in `place`, in front of port `upstream`; `static` is the directory that has `static/`.

    `more` is added to the configuration's http block, `without` are lines taken out of it. What is changed in the
    shipped text must be there.
    """
    assert NGINX
    place.chmod(0o755)
    (place / "tmp").mkdir()
    certificate, key = self_signed(place, HOST)
    front = Front(free_port(), free_port(), place / "access.log", place / "errors.log")
    (place / "mime.types").write_text(TYPES)
    changes = {
        "/etc/nginx/": f"{place}/",
        "/run/secrets/tls_certificate": str(certificate),
        "/run/secrets/tls_key": str(key),
        "error_log stderr": f"error_log {front.errors}",
        "/dev/stdout": str(front.log),
        " /tmp/": f" {place}/tmp/",  # noqa: S108 - what stands in the file
        "root /srv;": f"root {static};",
        "server web:8000;": f"server 127.0.0.1:{upstream};",
        "listen 8443 ssl": f"listen 127.0.0.1:{front.port} ssl",
        "listen 8080 ": f"listen 127.0.0.1:{front.plain} ",
        "listen 127.0.0.1:8081;": f"listen 127.0.0.1:{free_port()};",
        "    listen [::]:8443": "    #",
        "    listen [::]:8080": "    #",
        "http {\n": f"http {{\n{more}\n",
        **dict.fromkeys(without, ""),
    }
    texts = {file.name: file.read_text() for file in CONFIGURATION.glob("*.conf")}
    assert [shipped for shipped in changes if not any(shipped in text for text in texts.values())] == []
    anywhere = "|".join(map(re.escape, changes))  # all at once: what was put in is not changed again
    for name, text in texts.items():
        (place / name).write_text(re.sub(anywhere, lambda found: changes[found[0]], text))
    command = [NGINX, "-p", str(place), "-c", str(place / "nginx.conf"), "-e", str(front.errors)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr + front.errors.read_text()
    # Started by root, its workers would be somebody who may not look into a test's directory.
    whoever = "user root;" if os.geteuid() == 0 else ""
    process = EndsWithUs([*command, "-g", f"daemon off; {whoever}"])
    try:
        _wait_until_it_listens(process, front)
        yield front
    finally:
        process.terminate()
        process.wait(20)


def _wait_until_it_listens(process: EndsWithUs, front: Front) -> None:
    import socket

    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", front.port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, front.errors.read_text()
            time.sleep(0.05)


@dataclass
class Backend:
    """Stands where the site would: answers with the headers that it got, and at /hold not before `goes_on` is set."""

    port: int
    asked: list[str] = field(default_factory=list)
    goes_on: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running_backend() -> Iterator[Backend]:
    backend = Backend(0)

    class Echo(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            backend.asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/hold"):
                backend.goes_on.wait(120)
            body = json.dumps(dict(self.headers)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 1024
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Echo)
    backend.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield backend
    finally:
        backend.goes_on.set()
        server.shutdown()
        server.server_close()
