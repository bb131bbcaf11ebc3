"""A comment, a docstring or a document may only point to files and modules that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.repository.files import APPS, ROOT, all_files, for_readers

ENDINGS = "py|js|mjs|lua|md|html|css|yaml|toml|sql|typ|svg|po"
# Paths, single files and folders; not addresses, and not the parts of a longer word.
PATH = re.compile(rf"(?<![\w/.:<*{{}}$@-])(?:\.\./)*(?:[\w.-]+/)*[\w-][\w.-]*\.(?:{ENDINGS})\b(?![\w/])")
FOLDER = re.compile(rf"(?<![\w/.:<*{{}}$@-])(?:{'|'.join((*APPS, 'tests', 'docs'))})/(?:[\w.-]+/)*(?![\w<*{{])")
MODULE = re.compile(rf"(?<![\w/.:@-])(?:{'|'.join((*APPS, 'tests'))})(?:\.[A-Za-z_]\w*)+(?!\w)")
# Written when something runs, or only an example.
ELSEWHERE = re.compile(r"^var/|^run\.html$|^(\./)?x\.js$")


def unknown_in(name: str) -> list[str]:
    """What one file names that is not there, each with its line."""
    found = []
    for line, text in for_readers(name):
        named = {path for path in PATH.findall(text) if not ELSEWHERE.match(path) and not is_file(path, name)}
        named |= {folder for folder in FOLDER.findall(text) if not (ROOT / folder).is_dir()}
        named |= {module for module in MODULE.findall(text) if not is_module(module)}
        found += [f"{name}:{line}: {what}" for what in sorted(named)]
    return found


def is_file(path: str, named_in: str) -> bool:
    """Relative to the root, to the file that names it, or as the end of some file's path."""
    bare = re.sub(r"^(\.\.?/)+", "", path)
    return (ROOT / path).is_file() or (ROOT / named_in).parent.joinpath(path).is_file() or bare in _endings()


def is_module(dotted: str) -> bool:
    """A module, something in one (`seating.store.run`, `seating.models.Claim.state`), or a task's name."""
    parts = dotted.split(".")
    if dotted in _tasks() or parts[-1] in ENDINGS.split("|"):
        return True  # `checkout.js` is a file, and looked at as one
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        if place.is_dir():
            return length == len(parts) or parts[length] in _names(place / "__init__.py")
        if place.with_suffix(".py").is_file():
            return length == len(parts) or parts[length] in _names(place.with_suffix(".py"))
    return False


@cache
def _endings() -> frozenset[str]:
    parts = (name.split("/") for name in all_files())
    return frozenset("/".join(one[at:]) for one in parts for at in range(len(one)))


@cache
def _tasks() -> frozenset[str]:
    found = (
        re.findall(r'@shared_task\([^)]*name="([\w.]+)"', (ROOT / name).read_text())
        for name in all_files()
        if name.endswith("tasks.py")
    )
    return frozenset(task for tasks in found for task in tasks)


@cache
def _names(module: Path) -> frozenset[str]:
    if not module.is_file():
        return frozenset()
    found: set[str] = set()
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        found.update(name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
    return frozenset(found)


def test_every_file_and_module_that_is_named_exists() -> None:
    assert [one for name in all_files() for one in unknown_in(name)] == []


@pytest.mark.parametrize(
    ("sentence", "unknown"),
    [
        ("see `checkout/pricing.py` for it", ["checkout/pricing.py"]),
        ("see `checkout/money/prices.py` for it", []),
        ("(js/lib/nothing.js)", ["js/lib/nothing.js"]),
        ("(js/lib/text.js)", []),
        ("what `benchmarks/` had", []),  # no folder of ours, so no promise
        ("what `checkout/services/` had", ["checkout/services/"]),
        ("seating.store.nothing and seating.services.holds", ["seating.store.nothing"]),
        ("the task `seating.expire_holds`", []),
        ("https://example.test/docs/file.md", []),
    ],
)
def test_the_reader_sees_what_is_wrong(monkeypatch: pytest.MonkeyPatch, sentence: str, unknown: list[str]) -> None:
    """Otherwise the test above would pass whatever is written."""
    monkeypatch.setattr("tests.repository.test_names_exist.for_readers", lambda name: [(1, sentence)])
    assert unknown_in("README.md") == [f"README.md:1: {what}" for what in unknown]
