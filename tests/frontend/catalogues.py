"""Reads translations without gettext's tools: the sentences marked in the sources, and the entries of a .po file."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

FRONTEND = Path(settings.BASE_DIR) / "frontend"
LOCALE = FRONTEND / "locale"
# Function → which of its arguments are the context, the sentence and its plural.
MARKS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
LITERAL = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"(?<![\w.])(_|n?p?gettext)\(\s*{LITERAL}(?:\s*,\s*{LITERAL})?(?:\s*,\s*{LITERAL})?")
COMMENT = re.compile(r"^\s*(//|/?\*).*$", re.MULTILINE)
KEYWORD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\]) (".*")$')

Key = tuple[str | None, str, str | None]  # context, sentence, plural


@dataclass
class Entry:
    """One sentence of a .po file; `forms` has one translation, or one for each plural form."""

    key: Key
    forms: list[str] = field(default_factory=list)
    fuzzy: bool = False


def marked(domain: str) -> set[Key]:
    """Every sentence that is marked in our pages ("django") or in their scripts ("djangojs")."""
    if domain == "djangojs":
        scripts = (FRONTEND / "static").rglob("*.js")
        return {key for path in scripts for key in _marked_in_text(COMMENT.sub("", path.read_text()))}
    found = {key for path in FRONTEND.rglob("*.py") for key in _marked_in_python(path.read_text())}
    for path in (FRONTEND / "templates").rglob("*.html"):
        found.update(_marked_in_text(templatize(path.read_text())))
    return found


def entries(domain: str, language: str = "hi") -> list[Entry]:
    """The entries of the .po file, without its header."""
    text = (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").read_text()
    return [entry for block in text.split("\n\n") if (entry := _entry(block)).key[1]]


def _marked_in_text(source: str) -> Iterator[Key]:
    for match in CALL.finditer(source):
        name, *literals = match.groups()
        yield _key(name, [ast.literal_eval(literal) if literal else None for literal in literals])


def _marked_in_python(source: str) -> Iterator[Key]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            words = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
            if isinstance(words[0], str):
                yield _key(node.func.id, words)


def _key(name: str, words: list[str | None]) -> Key:
    context, sentence, plural = MARKS[name]
    given = words[sentence]
    assert given is not None, (name, words)
    return None if context is None else words[context], given, None if plural is None else words[plural]


def _entry(block: str) -> Entry:
    parts: dict[str, str] = {}
    last = ""
    for line in block.splitlines():
        if match := KEYWORD.match(line):
            last = match[1]
            parts[last] = ast.literal_eval(match[2])
        elif line.startswith('"'):
            parts[last] += ast.literal_eval(line)
    key = (parts.get("msgctxt"), parts.get("msgid", ""), parts.get("msgid_plural"))
    forms = [words for name, words in parts.items() if name.startswith("msgstr")]
    return Entry(key, forms, any(line.startswith("#,") and "fuzzy" in line for line in block.splitlines()))
