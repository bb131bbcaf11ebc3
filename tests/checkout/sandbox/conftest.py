"""A real sandbox process for the tests of one file, the real SDK in front of it, a real receiver behind it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import razorpay
import requests
from django.conf import settings

from tests.checkout.sandbox.receiver import Receiver, running_receiver
from tests.sandbox_process import RunningSandbox, running_sandbox

TOTAL = 59_000


@pytest.fixture(scope="module")
def receiver_process() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def sandbox_process(receiver_process: Receiver, tmp_path_factory: Any) -> Iterator[RunningSandbox]:
    with running_sandbox(receiver_process.url, tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def switches(sandbox_process: RunningSandbox, http: requests.Session) -> Callable[..., dict]:
    """`switches("webhooks", mode="lost")`: a POST to `_test/…` that must be answered 200."""

    def post(name: str, **body: Any) -> dict:
        answer = http.post(f"{sandbox_process.url}/_test/{name}", json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return post


@pytest.fixture
def sandbox(sandbox_process: RunningSandbox, switches: Callable[..., dict]) -> RunningSandbox:
    """The sandbox with every switch as it is at first."""
    switches("webhooks", mode="normal", retry_seconds=0.2, spread_seconds=0.6)
    switches("refunds", outcome="processed", seconds=0.2)
    switches("faults", fault="none")
    return sandbox_process


@pytest.fixture
def receiver(receiver_process: Receiver, sandbox: RunningSandbox) -> Iterator[Receiver]:
    receiver_process.answer = lambda received: 200
    yield receiver_process
    receiver_process.answer = lambda received: 200


@pytest.fixture
def client(sandbox: RunningSandbox) -> Iterator[razorpay.Client]:
    keys = (settings.SANDBOX_KEY_ID, settings.SANDBOX_KEY_SECRET)
    sdk = razorpay.Client(auth=keys, base_url=sandbox.url)
    yield sdk
    sdk.session.close()


@pytest.fixture
def new_order(client: razorpay.Client) -> Callable[..., dict]:
    def create(**more: Any) -> dict:
        return client.order.create({"amount": TOTAL, "currency": "INR", **more})

    return create


@pytest.fixture
def pay(switches: Callable[..., dict]) -> Callable[..., dict]:
    """`pay(order, "success")`: what checkout.js would hand to the page."""

    def post(order: dict, outcome: str, **more: Any) -> dict:
        return switches("pay", order_id=order["id"], outcome=outcome, **more)

    return post


@pytest.fixture
def api(sandbox: RunningSandbox, http: requests.Session) -> Callable[..., requests.Response]:
    """A bare call with the right keys: the SDK hides status, reason and field."""

    def call(method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("auth", (settings.SANDBOX_KEY_ID, settings.SANDBOX_KEY_SECRET))
        return http.request(method, f"{sandbox.url}/v1/{path}", timeout=20, **options)

    return call
