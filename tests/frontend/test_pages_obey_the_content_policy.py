"""`style-src 'self'` and `script-src 'self'`: what is written into the page itself would be thrown away."""

import re
from pathlib import Path

import pytest

import frontend

PAGES = sorted((Path(frontend.__file__).parent / "templates").rglob("*.html"))
STYLES = sorted((Path(frontend.__file__).parent / "static").rglob("*.css"))
INLINE = re.compile(
    r"""\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)""", re.IGNORECASE
)
ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)
TRAILER = 'href="https://www.youtube-nocookie.com/embed/'  # a link: nothing is loaded until it is followed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_is_inline(page):
    assert not INLINE.search(page.read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_comes_from_elsewhere(page):
    assert not ELSEWHERE.search(page.read_text().replace(TRAILER, ""))


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_no_stylesheet_asks_elsewhere(style):
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//|@import", style.read_text())
