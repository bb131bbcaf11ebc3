"""What `make run` sets in the environment, and how a command in a second terminal uses the same servers.

`up` chooses every address before the settings are read and writes them to `var/run.json`. Any other `manage.py` command
reads that file and uses the same servers. Production has no such file.
"""

import json
import os
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from config import environment as env
from config.dev.embedded import free_port

BASE_DIR = Path(__file__).resolve().parents[2]
SHARED = (  # what a second terminal needs
    "DEBUG",
    "HOST",
    "PORT",
    "SANDBOX_PORT",
    "SANDBOX_WEBHOOK_URL",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "MAX_SOCKETS_PER_ADDRESS",
)


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")


def run_file() -> Path:
    return var_dir() / "run.json"


def site_address() -> str:
    """Where a browser on this machine finds the site that `up` runs."""
    host = os.environ.get("HOST", "127.0.0.1")
    return f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{os.environ.get('PORT', '8000')}"  # noqa: S104


def prepare_environment() -> None:
    """Sets `up`'s development values where the environment has none. Raises ImproperlyConfigured."""
    if (BASE_DIR / ".env").exists():
        environ.Env.read_env(BASE_DIR / ".env")
    port = env.whole("PORT", 8000, 1, 65535)
    sandbox_port = env.whole("SANDBOX_PORT", port + 1, 1, 65535)
    defaults = {"DEBUG": "true", "HOST": "127.0.0.1", "PORT": str(port), "SANDBOX_PORT": str(sandbox_port)}
    _fill(defaults)
    _fill(
        {
            "SANDBOX_WEBHOOK_URL": f"{site_address()}/api/payments/webhook/",
            "MAX_SOCKETS_PER_ADDRESS": "0",
            "DRAIN_SECONDS": "0",
        }
    )
    # Where no server is given, `up` starts one; its port is chosen here.
    os.environ["HOUSEFULL_EMBEDDED"] = ",".join(
        name for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL") if not os.environ.get(name)
    )
    _fill(
        {
            "DATABASE_URL": f"postgres://housefull@127.0.0.1:{free_port()}/housefull",
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
        }
    )
    if not env.flag("DEBUG", False):
        raise ImproperlyConfigured("DEBUG is false: `up` is for development. In production use the Procfile.")


def join_running(command: str = "") -> None:
    """Lets any other command use the site that `up` runs, unless the environment names another.

    Two commands work without one: `stampede` tests whatever address it gets, and `verify_ticket` needs only a public
    key. Raises ImproperlyConfigured for the others.
    """
    if os.environ.get("DATABASE_URL") or os.environ.get("SECRET_KEY"):
        return
    if command in {"stampede", "verify_ticket"} and not run_file().exists():
        _fill({"DEBUG": "true", "DATABASE_URL": "sqlite://:memory:", "REDIS_URL": "redis://127.0.0.1:6379/0"})
        return
    try:
        _fill(json.loads(run_file().read_text()))
    except FileNotFoundError:
        raise ImproperlyConfigured(
            "nothing is running here. Start `make run` first, or set DATABASE_URL, REDIS_URL and what else "
            ".env.example names."
        ) from None


def remember_running() -> None:
    run_file().write_text(json.dumps({name: os.environ[name] for name in SHARED}, indent=1))


def running_pid() -> int | None:
    """The process id of the `make run` that runs here; None where none runs."""
    return int((var_dir() / "lock").read_text()) if run_file().exists() else None


def forget_running() -> None:
    run_file().unlink(missing_ok=True)


def _fill(values: dict[str, str]) -> None:
    for name, value in values.items():
        if not os.environ.get(name):
            os.environ[name] = value
