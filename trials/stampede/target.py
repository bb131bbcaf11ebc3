"""The show and its hall, as the site describes them; if something is wrong with them, one line says what."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from trials.stampede.address import Address, CannotRun
from trials.stampede.client import Answer, Client, Unreachable


@dataclass(frozen=True)
class Seat:
    id: str
    row: str
    couple: str | None  # the partner's id: these two are sold together


@dataclass(frozen=True)
class Hall:
    """One show on sale at one address; `index` is a seat's place in the layout's order."""

    address: Address
    show: int
    title: str
    seats: tuple[Seat, ...]
    index: dict[str, int]

    @property
    def socket(self) -> str:
        return f"{self.address.socket}/ws/shows/{self.show}/"


async def find_hall(address: Address, show: int) -> Hall:
    """Asks the site about the show. Raises CannotRun."""
    async with Client(address) as client:
        facts = await _ask(client, f"/api/shows/{show}/", show)
        _check_on_sale(facts, show)
        layout = await _ask(client, f"/api/shows/{show}/layout/", show)
        try:
            seats = tuple(Seat(seat["id"], seat["row"], seat["couple"]) for seat in layout["seats"])
            title = f"{facts['movie']['title']}, {facts['screen']['name']}, {facts['starts_at']}"
        except (KeyError, TypeError):
            raise _no_housefull(address) from None
        return Hall(address, show, title, seats, {seat.id: place for place, seat in enumerate(seats)})


async def _ask(client: Client, path: str, show: int) -> dict[str, Any]:
    try:
        answer = await client.request("GET", path)
    except Unreachable as error:
        raise CannotRun(
            f"Nothing answers at {client.address.url} ({error}). Start it with `make run`, or name another with --url."
        ) from None
    if answer.status == 404 and answer.code == "not_found":
        raise CannotRun(f"{client.address.url} has no show {show}. Its shows are at {client.address.url}/api/movies/.")
    if answer.status == 503:
        raise CannotRun(f"{client.address.url} is not ready (503 {answer.code}). Try again in a moment.")
    if answer.status != 200 or not isinstance(answer.body, dict):
        raise _no_housefull(client.address, answer)
    return answer.body


def _no_housefull(address: Address, answer: Answer | None = None) -> CannotRun:
    status = f" (it answered {answer.status})" if answer else ""
    return CannotRun(f"What answers at {address.url} is not a Housefull{status}. Name the site with --url.")


def _check_on_sale(facts: dict[str, Any], show: int) -> None:
    try:
        state, starts_at = facts["state"], datetime.fromisoformat(facts["starts_at"])
    except (KeyError, TypeError, ValueError):
        raise CannotRun("The address answers, but not as a Housefull does. Name the site with --url.") from None
    if state != "on_sale":
        raise CannotRun(f"Show {show} is not on sale: it is {state.replace('_', ' ')}. Choose another show.")
    if starts_at <= datetime.now(UTC):
        raise CannotRun(f"Show {show} has begun: its sale has ended. Choose another show.")


async def find_sandbox(named: Address | None, address: Address, usual_port: int | None) -> Address | None:
    """The payment sandbox: the one that is named, else the one beside a site on this machine. Raises CannotRun."""
    if named is not None:
        if not await _is_sandbox(named):
            raise CannotRun(
                f"No payment sandbox answers at {named.url}. Without --sandbox buyers only hold and release."
            )
        return named
    if not address.is_loopback:
        return None
    beside = Address(False, address.host, usual_port or address.port + 1)
    return beside if await _is_sandbox(beside) else None


async def _is_sandbox(address: Address) -> bool:
    async with Client(address) as client:
        try:
            answer = await client.request("GET", "/_test/webhooks")
        except Unreachable:
            return False
    return answer.status == 200 and isinstance(answer.body, dict)
