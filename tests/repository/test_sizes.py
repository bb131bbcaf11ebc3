"""No module over 300 lines, no function over 45: what is longer is two things and gets two names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.repository.files import APPS, ROOT, all_files

MODULE_LINES, FUNCTION_LINES = 300, 45
# What is longer, with the reason; whoever shortens one takes it out of here.
LONG_MODULES = {
    "checkout/sandbox/assets/checkout.js",  # stands for Razorpay's, which a page loads as one classic script
}
LONG_FUNCTIONS: set[str] = set()
# A function that opens a block at the end of its line. The formatter puts the closing brace at the same depth.
# `(() => {` around a whole script is the script, and has a module's limit.
OPENS = re.compile(
    r"^(?P<indent>\s*)(?!\s|\(\(|(?:if|for|while|switch|catch|else|do|try|return\s+\{)\b)"
    r"(?:.*\bfunction\b.*|.*=>\s*|(?:static\s+|async\s+|get\s+|set\s+)*[*#]?[\w$]+\([^;]*\)\s*)\{$"
)


def ours(*suffixes: str) -> list[str]:
    return [
        name
        for name in all_files()
        if name.endswith(suffixes) and name.split("/")[0] in (*APPS, "manage.py") and "/migrations/" not in name
    ]


def functions_of_python(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def functions_of_javascript(text: str) -> Iterator[tuple[str, int]]:
    lines = text.split("\n")
    for start, line in enumerate(lines):
        if found := OPENS.match(line):
            closing = found["indent"] + "}"
            end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith(closing)), len(lines))
            yield line.strip(), end - start + 1


def test_no_module_is_longer_than_300_lines() -> None:
    long = {name: len((ROOT / name).read_text().splitlines()) for name in ours(".py", ".js", ".mjs", ".lua")}
    assert {name for name, lines in long.items() if lines > MODULE_LINES} == LONG_MODULES


def test_no_function_is_longer_than_45_lines() -> None:
    found: dict[str, int] = {}
    for name in ours(".py", ".js", ".mjs"):
        measure = functions_of_python if name.endswith(".py") else functions_of_javascript
        for function, lines in measure((ROOT / name).read_text()):
            if lines > FUNCTION_LINES:
                found[f"{name}: {function}"] = lines
    assert found.keys() == LONG_FUNCTIONS


def test_the_measure_sees_functions_of_every_form() -> None:
    """Otherwise the limit would hold for nothing."""
    script = Path(__file__).with_name("forms.js").read_text()
    assert [lines for _, lines in functions_of_javascript(script)] == [3, 4, 5, 6, 7, 3]
    source = "class A:\n    async def one(self):\n        pass\n\ndef two():\n    pass\n    pass\n"
    assert sorted(functions_of_python(source)) == [("one", 2), ("two", 3)]
