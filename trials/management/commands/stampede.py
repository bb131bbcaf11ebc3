"""`manage.py stampede SHOW`: thousands of viewers and buyers on one show, and a proof that no seat was given twice.

Exit code 0: the proof holds. 1: it does not, or the stampede could not begin (one line says why).
"""

import argparse
import asyncio
import json
import logging
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.dev.running import site_address
from trials.arguments import LARGEST_ID, OneLineErrors, whole
from trials.stampede.address import FORM, Address, CannotRun, read_address
from trials.stampede.plan import MOST_BUYERS, MOST_SECONDS, MOST_VIEWERS, Plan
from trials.stampede.progress import Progress
from trials.stampede.report import page_of
from trials.stampede.run import Stampede
from trials.stampede.summary import text_of
from trials.stampede.target import find_hall, find_sandbox

FILES_PER_BUYER = 4  # the socket, HTTP, the sandbox, and a socket that is closing
OWN_FILES = 100


class Command(OneLineErrors):
    help = "Sends viewers and buyers to one show and proves from outside that no seat was given to two people."
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        add("show", metavar="SHOW", type=whole(1, LARGEST_ID), help="the show's id, as in its address /shows/<id>/")
        add("--url", type=_address, help="the site (default: the one that `make run` runs here)")
        add(
            "--sandbox", type=_address, help="its payment sandbox (default: searched for beside a site on this machine)"
        )
        for name, default, lowest, highest, what in (
            ("--viewers", 500, 1, MOST_VIEWERS, "sockets that watch"),
            ("--buyers", 20, 0, MOST_BUYERS, "guests who hold and pay"),
            ("--seconds", 30, 1, MOST_SECONDS, "how long the sale lasts"),
        ):
            text = f"{what}, at most {highest:,} (default %(default)s)"
            add(name, type=whole(lowest, highest), default=default, help=text)
        add("--json", metavar="FILE", help="file for every figure")
        add("--html", metavar="FILE", help="file for a report with plots, one page without other files")

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
        plan = Plan(options["viewers"], options["buyers"], options["seconds"])
        _allow_files(plan.viewers + plan.buyers * FILES_PER_BUYER + OWN_FILES)
        address = options["url"] or read_address(site_address())
        if not address.is_loopback:
            self.stderr.write(f"{address.url} is not this machine: only test a site that is yours.")
        hall = await find_hall(address, options["show"])
        usual_port = None if options["url"] else int(os.environ.get("SANDBOX_PORT", 0)) or None
        sandbox = await find_sandbox(options["sandbox"], address, usual_port)
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
    """The first Ctrl-C ends the sale, and the proof is still made; the second ends everything."""
    stampede.end_sale()
    loop.remove_signal_handler(signal.SIGINT)


def _address(text: str) -> Address:
    try:
        return read_address(text)
    except CannotRun:
        raise argparse.ArgumentTypeError(f"is {text!r}: {FORM}") from None


def _allow_files(needed: int) -> None:
    """Raises the limit of open files to what the system allows. Raises CannotRun when that is too few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise CannotRun(
            f"This needs {needed} open files and the system allows {hard}: raise `ulimit -Hn`, or ask for less."
        )
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed if hard == resource.RLIM_INFINITY else hard, hard))
