"""Visits a site as a search engine would: every page that a page leads to, and every file that one needs."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

OF_A_KIND = 6  # pages whose addresses differ only in a number or a name
IMPORT = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["'](\.{1,2}/[^"']+|/[^"']+)["']""")
COMMENT = re.compile(r"/\*.*?\*/", re.S)  # types are imported there
CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")


class Links(HTMLParser):
    """The addresses that a page leads to (`pages`) and those it needs (`files`)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pages: list[str] = []
        self.files: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in has:
            self.pages.append(has["href"])
        elif tag == "form" and has.get("method", "get").lower() == "get":
            self.pages.append(has.get("action", ""))
        elif tag == "link" and "href" in has:
            self.files.append(has["href"])
        elif tag in {"script", "img", "source"} and "src" in has:
            self.files.append(has["src"])


@dataclass
class Visit:
    """What was seen: a status for each path, and where its link stood."""

    status: dict[str, int] = field(default_factory=dict)
    found_on: dict[str, str] = field(default_factory=dict)

    def with_status(self, *least: int) -> dict[str, str]:
        """Path → where the link stood, for every answer of 400 and above, or of `least` and above."""
        lowest = min(least, default=400)
        return {f"{code} {path}": self.found_on[path] for path, code in self.status.items() if code >= lowest}

    @property
    def static(self) -> list[str]:
        return [path for path in self.status if path.startswith("/static/")]


def crawl(client: httpx.Client, *starts: str) -> Visit:
    """Follows everything on the client's own origin, at most OF_A_KIND pages of a kind."""
    visit, kinds, waiting = Visit(), Counter[str](), deque((start, "the start") for start in starts)
    origin = urlsplit(str(client.base_url)).netloc
    while waiting:
        address, source = waiting.popleft()
        parts = urlsplit(urljoin(str(client.base_url), address))
        path = parts.path
        if parts.netloc != origin or parts.scheme not in {"http", "https"} or path in visit.status:
            continue
        kind = re.sub(r"\d+|(?<=/movies/)[^/]+", "*", path)
        if not path.startswith("/static/") and kinds[kind] >= OF_A_KIND:
            continue
        kinds[kind] += 1
        answer = client.get(f"{path}?{parts.query}" if parts.query else path)
        visit.status[path], visit.found_on[path] = answer.status_code, source
        waiting.extend((urljoin(path, link), path) for link in _links(path, answer))
    return visit


def _links(path: str, answer: httpx.Response) -> list[str]:
    if answer.is_redirect:
        return [answer.headers["Location"]]
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("text/html"):
        links = Links(answer.text)
        return [*links.pages, *links.files]
    if kind.startswith("text/css"):
        return [url for url in CSS_URL.findall(answer.text) if not url.startswith(("data:", "#"))]
    if "javascript" in kind and not path.endswith(".min.js") and "/frontend/" in path:
        return IMPORT.findall(COMMENT.sub("", answer.text))
    return []
