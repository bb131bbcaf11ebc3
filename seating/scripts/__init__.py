"""The Lua scripts, one per verb. `_show.lua` is put in front of each: what all verbs have in common."""

import hashlib
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def source(name: str) -> str:
    """The whole text of the verb's script."""
    return (_HERE / "_show.lua").read_text() + (_HERE / f"{name}.lua").read_text()


@cache
def digest(name: str) -> str:
    """What EVALSHA calls it by."""
    return hashlib.sha1(source(name).encode(), usedforsecurity=False).hexdigest()
