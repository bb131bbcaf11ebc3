"""The repository's own files, and what is written in them for readers: comments, docstrings, documents."""

import ast
import io
import os
import re
import tokenize
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("config", "trials", "frontend", "boxoffice", "checkout", "seating", "cinema")
NOT_OURS = {name.strip("/") for name in (ROOT / ".gitignore").read_text().split()} | {".git"}
# Made by a tool, and not for readers.
GENERATED = re.compile(r"^requirements.*\.txt$|package-lock\.json$|/locale/|/migrations/")
COMMENTS = {
    ".js": re.compile(r"^\s*//.*$|\s//.*$|/\*.*?\*/", re.MULTILINE | re.DOTALL),
    ".mjs": re.compile(r"^\s*//.*$|\s//.*$|/\*.*?\*/", re.MULTILINE | re.DOTALL),
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
    ".lua": re.compile(r"--.*$", re.MULTILINE),
    ".sql": re.compile(r"--.*$", re.MULTILINE),
    ".typ": re.compile(r"(?:^|\s)//.*$", re.MULTILINE),
    ".html": re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL),
    ".toml": re.compile(r"(?:^|\s)#.*$", re.MULTILINE),
    ".yaml": re.compile(r"(?:^|\s)#.*$", re.MULTILINE),
    "": re.compile(r"(?:^|\s)#.*$", re.MULTILINE),  # Makefile, Procfile, Dockerfile, .ci/run
}


@cache
def all_files() -> tuple[str, ...]:
    """Every file of the project, relative to the root, without what `.gitignore` names."""
    found = []
    for place, folders, files in os.walk(ROOT):
        folders[:] = sorted(filter(_is_ours, folders))
        found += [str(Path(place, name).relative_to(ROOT)) for name in sorted(filter(_is_ours, files))]
    return tuple(found)


def _is_ours(name: str) -> bool:
    return not any(fnmatch(name, pattern) for pattern in NOT_OURS)


def for_readers(name: str) -> Iterator[tuple[int, str]]:
    """Line number and text of each piece that one file says to its readers."""
    suffix = Path(name).suffix
    if GENERATED.search(name):
        return
    if suffix == ".md":
        yield from enumerate((ROOT / name).read_text().splitlines(), 1)
    elif suffix == ".py":
        yield from _python(name)
    elif suffix in COMMENTS:
        text = (ROOT / name).read_text()
        for found in COMMENTS[suffix].finditer(text):
            first = text.count("\n", 0, found.start()) + 1
            for offset, line in enumerate(found.group().split("\n")):
                yield first + offset, line


def _python(name: str) -> Iterator[tuple[int, str]]:
    text = (ROOT / name).read_text()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in _with_docstring(ast.parse(text)):
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            for offset, line in enumerate(first.value.value.split("\n")):
                yield first.lineno + offset, line


def _with_docstring(node: ast.AST) -> Iterator[ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """What may have a docstring. Expressions are not searched: that takes ten times as long."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
        yield node
    for inner in (*getattr(node, "body", ()), *getattr(node, "orelse", ())):
        if isinstance(inner, ast.stmt):
            yield from _with_docstring(inner)
