"""Asks whether a locked package has a known advisory: pip-audit for Python's, npm audit for the scripts' tools.

Ends with 1 if there is one, or if something was not looked at although the service answered; with 0 if there is none,
and also if a service could not be asked, which it says. A tool that says "nothing found" is believed only for the
packages that it names: a mirror that knows no advisories, for example, makes pip-audit skip packages and be content.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-test.txt")
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.M)
SECONDS = 300
# What the tools say when they reached nobody, or somebody who keeps no advisories.
NOT_ASKED = re.compile(
    r"ConnectionError|ConnectTimeout|ReadTimeout|Connection refused|NameResolutionError|Max retries exceeded|"
    r"Failed to query|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOAUDIT|audit endpoint returned an error|"
    r"JSONDecodeError|\b(?:403|404|405|502|503|504)\b"
)


class CouldNotAsk(Exception):
    """Nobody answered; the message says how that showed."""


class NotLookedAt(Exception):
    """The tool came to an end and left something out; the message says what."""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise CouldNotAsk(f"{Path(command[0]).name} had no answer after {SECONDS} s") from None


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def python_advisories(lock: str, options: list[str]) -> list[str]:
    """One line for each advisory of a package of the lock."""
    tool = Path(sys.executable).with_name("pip-audit")
    if not tool.exists():
        raise NotLookedAt("pip-audit is not installed; it is one of the packages that the tests need")
    # OSV, because an index's own answer about advisories is lost where a mirror stands in for it.
    asking = ["--vulnerability-service", "osv", "--disable-pip", "--require-hashes", "--strict"]
    done = run(str(tool), *asking, "--progress-spinner", "off", "--format", "json", "-r", lock, *options)
    try:
        answer = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        if NOT_ASKED.search(done.stderr):
            raise CouldNotAsk(last_line(done.stderr)) from None
        raise NotLookedAt(f"pip-audit failed: {last_line(done.stderr)}") from None
    looked_at = {package["name"].lower().replace("_", "-"): package for package in answer if "version" in package}
    wanted = {name.lower().replace("_", "-") for name, _ in LOCKED.findall((ROOT / lock).read_text())}
    # Some lines of the lock are for other systems or Pythons; most are for every one.
    if len(wanted - {*looked_at}) > len(wanted) // 4:
        raise NotLookedAt(f"pip-audit looked at {len(looked_at)} of {len(wanted)} packages of {lock}")
    return [
        f"{package['name']} {package['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none'}"
        for package in looked_at.values()
        for found in package.get("vulns", [])
    ]


def script_advisories(options: list[str]) -> list[str]:
    """One line for each advisory of a package of package-lock.json."""
    npm = shutil.which("npm")
    if npm is None:
        raise CouldNotAsk("npm is not installed")
    done = run(npm, "audit", "--json", "--package-lock-only", "--fetch-retries=0", *options)
    try:
        answer = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise CouldNotAsk(last_line(done.stderr)) from None
    if "vulnerabilities" not in answer:
        raise CouldNotAsk(last_line(str(answer.get("message") or answer.get("error") or done.stderr)))
    return [f"{name}: {found['severity']}, {found['range']}" for name, found in answer["vulnerabilities"].items()]


def main(arguments: list[str]) -> int:
    """`--pip-audit OPTION` and `--npm OPTION` are handed on, as often as they come."""
    pairs = list(zip(arguments[::2], arguments[1::2], strict=True))
    for_python = [value for name, value in pairs if name == "--pip-audit"]
    for_npm = [value for name, value in pairs if name == "--npm"]
    asks = {lock: lambda lock=lock: python_advisories(lock, for_python) for lock in LOCKS}
    asks["package-lock.json"] = lambda: script_advisories(for_npm)
    failed = False
    for lock, ask in asks.items():
        try:
            found = ask()
        except CouldNotAsk as error:
            print(f"audit: {lock}: COULD NOT ASK, so nothing is known about it ({error})")
            continue
        except NotLookedAt as error:
            print(f"audit: {lock}: NOT LOOKED AT ({error})")
            failed = True
            continue
        print(f"audit: {lock}: {len(found)} known advisories" + "".join(f"\naudit:   {line}" for line in found))
        failed = failed or bool(found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
