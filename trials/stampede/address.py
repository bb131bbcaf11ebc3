"""Where the site is, and the exception that ends a stampede before it begins."""

import ipaddress
import ssl
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

FORM = "write http(s)://host[:port], such as http://127.0.0.1:8000"


class CannotRun(Exception):
    """The stampede cannot begin; the message is one line for whoever started it."""


@dataclass(frozen=True)
class Address:
    """`secure` is https and wss; `path` is empty or begins with a slash and ends without."""

    secure: bool
    host: str
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.path}"

    @property
    def socket(self) -> str:
        return f"ws{self.url.removeprefix('http')}"

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @cached_property
    def tls(self) -> ssl.SSLContext | None:
        """Made once: loading the system's certificates takes long, and every connection needs them."""
        return ssl.create_default_context() if self.secure else None


def read_address(url: str) -> Address:
    """Raises CannotRun."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
        parts = parts._replace(scheme="")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise CannotRun(f"{url!r} is not an address: {FORM}.")
    secure = parts.scheme == "https"
    return Address(secure, parts.hostname, port or (443 if secure else 80), parts.path.rstrip("/"))
