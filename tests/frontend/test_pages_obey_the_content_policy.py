"""With `style-src 'self'` and `script-src 'self'` a browser ignores inline styles and scripts, so no page has any."""

import re
from pathlib import Path

import pytest

import frontend

PAGES = sorted((Path(frontend.__file__).parent / "templates").rglob("*.html"))
STYLES = sorted((Path(frontend.__file__).parent / "static").rglob("*.css"))
INLINE = re.compile(
    r"""\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)""", re.IGNORECASE
)
OTHER_SITE = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)
TRAILER = 'href="https://www.youtube-nocookie.com/embed/'  # a link: nothing is loaded until it is followed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_is_inline(page):
    assert not INLINE.search(page.read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_comes_from_another_site(page):
    assert not OTHER_SITE.search(page.read_text().replace(TRAILER, ""))


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_no_stylesheet_loads_from_another_site(style):
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//|@import", style.read_text())
