"""What all rows share: Valkey and PostgreSQL only for this run, a cinema with halls of known sizes, the cores."""

import asyncio
import base64
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from config.dev.embedded import Postgres, Valkey
from trials.bench import machine
from trials.bench.figures import Skipped
from trials.bench.shows import BenchShow

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "var" / "bench"
OWNER = "guest_be0c4000000000000000000"
HOLD_MS = 300_000
# As in production: with DEBUG Django would keep a list of its queries. The keys are not used anywhere else.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DEBUG": "false",
    "SECRET_KEY": "only-for-measuring-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "127.0.0.1",
    "TICKET_SIGNING_KEY": base64.b64encode(b"only for measuring: 32 bytes ok.").decode(),
    "RAZORPAY_KEY_ID": "rzp_test_measuring",
    "RAZORPAY_KEY_SECRET": "only-for-measuring",
    "RAZORPAY_WEBHOOK_SECRET": "only-for-measuring-too",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "STATIC_MANIFEST": "false",
    # All load comes from one machine: the limits by address are there and count, and are never reached.
    "MAX_SOCKETS_PER_ADDRESS": "0",
    "GUEST_SEATS_PER_ADDRESS": "1000000",
    "SEATS_UNPAID_PER_ADDRESS": "1000000",
    "NEW_GUESTS_PER_ADDRESS": "1000000",
    "MAX_CONNECTIONS_PER_ADDRESS": "1000000",
    "REQUESTS_PER_ADDRESS": "lock=999999/min",
    "LOG_LEVEL": "WARNING",
}
DEFAULTS = (
    "CELERY_BROKER_URL",
    "CHANNEL_REDIS_URL",
    "CACHE_URL",
    "SEAT_HOLD_SECONDS",
    "PAYMENT_WINDOW_SECONDS",
    "DATABASE_POOL_SIZE",
    "REDIS_CLUSTER",
    "TRUSTED_PROXIES",
)


@dataclass(frozen=True)
class Options:
    quick: bool = False
    profile: bool = False
    rounds: int = 3


class Bench:
    """Use it as a context manager, before any event loop runs: Django refuses database work inside one."""

    viewed: BenchShow  # these four: see Shows
    large: BenchShow
    programme: tuple[BenchShow, ...]
    sold: tuple[BenchShow, ...]

    def __init__(self, options: Options) -> None:
        self.options = options
        self.cores = machine.Cores()
        self.logs = OUTPUT / "logs"
        self._profiles = 0

    def __enter__(self) -> "Bench":
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        self._directory = Path(tempfile.mkdtemp(prefix="housefull-bench-"))
        self._directory.chmod(0o755)  # PostgreSQL runs as another user when we are root
        self.files = machine.allow_many_sockets()
        self.valkey, self.postgres = Valkey(self._directory / "valkey"), Postgres(self._directory / "postgres")
        machine.pin(0, self.cores.stores)  # children inherit it
        try:
            self.valkey.start()
            self.postgres.start()
            machine.pin(0, self.cores.load)
            self._prepare_django()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.postgres.stop()
        self.valkey.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _prepare_django(self) -> None:
        for name in DEFAULTS:
            os.environ.pop(name, None)
        os.environ.update(PRODUCTION)
        addresses = {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis_url(0)}
        os.environ.update(addresses | {"VAR_DIR": str(self._directory / "var")})
        (self._directory / "var").mkdir()
        import django

        django.setup()
        from trials.bench.seeding import seed

        shows = seed(self.options.rounds + 1)
        self.viewed, self.large, self.programme, self.sold = shows.viewed, shows.large, shows.programme, shows.sold

    # -------------------------------------------------------------------------------------------- helpers
    def redis_url(self, database: int) -> str:
        return f"redis://127.0.0.1:{self.valkey.port}/{database}"

    def log(self, text: str) -> None:
        print(f"  {text}", file=sys.stderr, flush=True)

    def profile_file(self) -> Path:
        self._profiles += 1
        return OUTPUT / f"profile-{self._profiles}.txt"

    def valkey_pid(self) -> int:
        assert self.valkey.process is not None
        return self.valkey.process.pid

    async def hold(self, seats: Sequence[str], owner: str = OWNER, show: int | None = None) -> int:
        """Runs hold.lua and returns the sequence number."""
        from seating import store

        reply = await store.arun(store.hold(show or self.viewed.id, owner, "be0c", HOLD_MS, 100, seats))
        if reply[0] != "held":
            raise Skipped(f"hold.lua answered {reply[:2]}: something else changes seats")
        return int(reply[3])

    async def release(self, owner: str = OWNER, show: int | None = None) -> int:
        """Runs release.lua for everything that the owner holds and returns the sequence number."""
        from seating import store

        reply = await store.arun(store.release(show or self.viewed.id, owner))
        return int(reply[1])

    async def forget(self, show: BenchShow) -> None:
        """Deletes a show's state in Redis, all holds included, and builds it again from PostgreSQL."""
        from asgiref.sync import sync_to_async

        from seating import keys
        from seating.connections import async_client
        from seating.services.execute import rebuild_show

        client = async_client()
        # Valkey may not yet have read the last command of a server that was killed. If it ran between the next steps,
        # a lock without a hold would be left, and its seat would be taken until the lock expires.
        await client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        locks = [name async for name in client.scan_iter(match=f"{keys.lock_prefix(show.id)}*", count=1000)]
        await client.unlink(*keys.of_show(show.id), *locks)
        await sync_to_async(rebuild_show)(show.id)


async def paced(rate: float, seconds: float, change: Callable[[], Awaitable[int]]) -> tuple[int, int]:
    """Calls `change` at this rate per second; returns how often, and the last change's number.

    A change that takes too long delays the next ones; none is skipped.
    """
    began, number = perf_counter(), 0
    times = max(1, round(rate * seconds))
    for step in range(times):
        wait = began + step / rate - perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        number = await change()
    return times, number


def collect_garbage() -> None:
    """Collects garbage now, so that it does not happen during a measurement."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.disable()
