"""A wrong argument of the trials' commands is one line that names it, and exit code 1."""

import argparse

import pytest

from trials.arguments import seconds, whole
from trials.management.commands import contend, drill


@pytest.mark.parametrize(
    ("command", "arguments", "line"),
    [
        (contend, ("five",), "SHOW is 'five': write a whole number"),
        (contend, ("1", "--processes", "0"), "--processes is 0: it must lie between 1 and 256"),
        (contend, ("1", "--locks", "1e3"), "--locks is '1e3': write a whole number"),
        (drill, ("1", "--viewers", "10001"), "--viewers is 10001: it must lie between 1 and 10000"),
        (drill, ("1", "--pause", "soon"), "--pause is 'soon': write a number of seconds"),
    ],
)
def test_a_wrong_argument_is_one_line(command, arguments, line):
    name = command.__name__.rpartition(".")[2]
    with pytest.raises(SystemExit) as raised:
        command.Command().run_from_argv(["manage.py", name, *arguments])
    assert raised.value.code == f"CommandError: {line}."  # a text: printed on standard error, with exit code 1


def test_the_bounds_themselves_are_allowed():
    assert [whole(1, 3)(text) for text in ("1", " 3 ")] == [1, 3]
    assert [seconds(2)(text) for text in ("0", "2", "0.5")] == [0, 2, 0.5]


@pytest.mark.parametrize("text", ["-0.1", "2.1", "nan", "inf"])
def test_seconds_are_a_finite_number_within_bounds(text):
    with pytest.raises(argparse.ArgumentTypeError, match="must lie between 0 and 2"):
        seconds(2)(text)
