"""The proof fails where it should: sites that break their promises are found out, and the seat or viewer named."""

import asyncio
import json
import sys

from tests.site import ROOT
from tests.trials.stampede.false_site import FalseSite, running


async def stampede(url, *arguments, show="1"):
    """Exit code, standard output and standard error of the command."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "manage.py", "stampede", show, "--url", url, *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out.decode(), err.decode()


async def test_a_site_that_gives_one_seat_to_two_is_found_out(tmp_path):
    async with running(FalseSite(gives_everything=True)) as url:
        code, out, _ = await stampede(
            url, "--viewers", "3", "--buyers", "8", "--seconds", "4", "--json", str(tmp_path / "r.json")
        )
    assert code == 1
    assert "NO   no seat granted to two holders" in out
    result = json.loads((tmp_path / "r.json").read_text())
    assert not result["proof"]["passed"]
    assert any(sentence.startswith("seat A") for sentence in result["proof"]["granted_twice"])
    assert result["proof"]["wrong_maps"] == []


async def test_a_viewer_left_on_a_wrong_map_is_found_out_and_named():
    async with running(FalseSite(misled=2)) as url:
        code, out, _ = await stampede(url, "--viewers", "5", "--buyers", "0", "--seconds", "1")
    assert code == 1
    assert "NO   every viewer on the map of a fresh snapshot" in out
    assert "viewer 2: calls seat A2 held, a fresh snapshot available" in out
    assert "yes  no seat granted to two holders" in out


async def test_the_same_site_without_a_fault_passes():
    async with running(FalseSite()) as url:
        code, out, _ = await stampede(url, "--viewers", "5", "--buyers", "3", "--seconds", "2")
    assert code == 0, out
    assert "NO " not in out


async def test_a_closed_show_is_one_line():
    async with running(FalseSite(state="closed")) as url:
        code, out, err = await stampede(url)
    assert (code, out) == (1, "")
    assert err.strip() == "CommandError: Show 1 is not on sale: it is closed. Choose another show."


async def test_what_is_not_a_housefull_is_one_line():
    async with running(FalseSite()) as url:
        code, _, err = await stampede(f"{url}/elsewhere")
    assert code == 1
    assert err.strip().count("\n") == 0
    assert "is not a Housefull" in err
