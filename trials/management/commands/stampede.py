"""`manage.py stampede SHOW`: thousands of viewers and a crowd of buyers on one show, and proof that nothing went wrong.

Exit code 0: the proof holds. 1: it does not, or the stampede could not begin (one line says why).
"""

import asyncio
import json
import logging
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.dev.running import site_address
from trials.stampede.address import CannotRun, read_address
from trials.stampede.progress import Progress
from trials.stampede.report import page_of
from trials.stampede.run import Plan, Stampede
from trials.stampede.summary import text_of
from trials.stampede.target import find_hall, find_sandbox

MOST_VIEWERS, MOST_BUYERS, MOST_SECONDS = 10_000, 2_000, 86_400
FILES_PER_BUYER = 4  # the socket, HTTP, the sandbox, and a socket that is just closing
FILES_OF_OUR_OWN = 100


class Command(BaseCommand):
    help = "Lets viewers and buyers loose on a show and proves from outside that no seat was granted twice."
    requires_system_checks: list = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("show", metavar="SHOW", help="the show's id, as in its address /shows/<id>/")
        parser.add_argument("--url", help="the site (default: the one that `make run` runs here)")
        parser.add_argument("--sandbox", help="its payment sandbox (default: looked for beside a site on this machine)")
        parser.add_argument("--viewers", default="500", help="sockets that watch, up to 10,000 (default %(default)s)")
        parser.add_argument("--buyers", default="20", help="guests who hold and pay (default %(default)s)")
        parser.add_argument("--seconds", default="30", help="how long the sale lasts (default %(default)s)")
        parser.add_argument("--json", metavar="FILE", help="writes every figure there")
        parser.add_argument("--html", metavar="FILE", help="writes a report with plots there, in one file")

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("json", "html"):  # before the run, not after it
            if options[name] and not Path(options[name]).resolve().parent.is_dir():
                raise CommandError(f"--{name}: there is no directory {Path(options[name]).parent}.")
        try:
            result = asyncio.run(self._run(options))
        except CannotRun as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            sys.exit(130)
        self.stdout.write(text_of(result))
        self._write(options["json"], json.dumps(result, indent=1))
        self._write(options["html"], page_of(result))
        if not result["proof"]["passed"]:
            sys.exit(1)

    async def _run(self, options: dict[str, Any]) -> dict[str, Any]:
        logging.getLogger("picows").setLevel(logging.CRITICAL)  # closed sockets are counted, not logged
        plan = Plan(
            viewers=_whole("--viewers", options["viewers"], 1, MOST_VIEWERS),
            buyers=_whole("--buyers", options["buyers"], 0, MOST_BUYERS),
            seconds=_whole("--seconds", options["seconds"], 1, MOST_SECONDS),
        )
        show = _whole("SHOW", options["show"], 1, 2**63 - 1)
        _allow_files(plan.viewers + plan.buyers * FILES_PER_BUYER + FILES_OF_OUR_OWN)
        address = read_address(options["url"] or site_address())
        if not address.is_loopback:
            self.stderr.write(f"{address.url} is not this machine: be sure that it is yours to try.")
        hall = await find_hall(address, show)
        usual = int(os.environ.get("SANDBOX_PORT", 0)) if not options["url"] else 0
        sandbox = await find_sandbox(options["sandbox"], address, usual or None)
        if sandbox is None and plan.buyers:
            self.stderr.write("No payment sandbox was found: buyers only hold and release. Name one with --sandbox.")
        progress = Progress(sys.stderr)
        stampede = Stampede(hall, sandbox, plan, progress.show)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, _end_early, loop, stampede)
        try:
            return await stampede.run()
        finally:
            progress.end()

    def _write(self, name: str | None, text: str) -> None:
        if name:
            try:
                Path(name).write_text(text)
            except OSError as error:
                raise CommandError(f"{name} cannot be written: {error.strerror}.") from None
            self.stdout.write(f"wrote {name}")


def _end_early(loop: asyncio.AbstractEventLoop, stampede: Stampede) -> None:
    """Ctrl-C once ends the sale and still proves; twice ends everything."""
    stampede.end_sale()
    loop.remove_signal_handler(signal.SIGINT)


def _whole(name: str, text: str, lowest: int, highest: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise CannotRun(f"{name} is {text!r}: write a whole number.") from None
    if not lowest <= number <= highest:
        raise CannotRun(f"{name} is {number}: it must lie between {lowest} and {highest}.")
    return number


def _allow_files(wanted: int) -> None:
    """Raises the number of open files to what the system allows. Raises CannotRun when that is too few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and wanted > hard:
        raise CannotRun(
            f"This needs {wanted} open files and the system allows {hard}: raise `ulimit -Hn`, or ask for less."
        )
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else hard, hard))
