"""What the trials' commands take on the command line: a wrong value is one line on standard error and exit code 1."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

LARGEST_ID = 2**63 - 1


class OneLineErrors(BaseCommand):
    """Says what is wrong with an argument without the usage text, as Django does for every other error."""

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, exit_on_error=False, **options)

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except argparse.ArgumentError as error:
            name = f"{error.argument_name} " if error.argument_name else ""  # none for a name that it does not know
            sys.exit(f"CommandError: {name}{error.message}.")


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """An argparse type: a whole number from `lowest` to `highest`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"is {text!r}: write a whole number") from None
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(f"is {number}: it must lie between {lowest} and {highest}")
        return number

    return read


def seconds(highest: float) -> Callable[[str], float]:
    """An argparse type: seconds from 0 to `highest`, with fractions."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"is {text!r}: write a number of seconds") from None
        if not 0 <= number <= highest:  # false for `nan` too
            raise argparse.ArgumentTypeError(f"is {text}: it must lie between 0 and {highest:g}")
        return number

    return read
