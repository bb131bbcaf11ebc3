"""A sold-out show on the running site: seats that come free reach whoever waits, and nobody else."""

import asyncio
import email
import re
import time
from functools import partial

import httpx

from tests.live_client import LiveClient

ALICE = {"count": 2, "name": "Alice", "email": "waiting@example.test"}


def join(customer, **wish):
    answer = customer.http.post(f"/api/shows/{customer.show.id}/waitlist/join/", json={**ALICE, **wish})
    assert answer.status_code == 201, answer.text
    customer.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return answer.json()


def state_of(customer):
    return customer.http.get(f"/api/shows/{customer.show.id}/waitlist/").json()["entry"]


async def test_cancelled_seats_are_offered_to_whoever_waits_and_bought(full_show, new_customer):
    show, bob, booking = full_show
    alice, carol = new_customer(show), new_customer(show)
    assert join(alice)["entry"]["position"] == 1
    token = alice.http.headers["Authorization"].removeprefix("Bearer ")
    alices = await LiveClient.open(show.socket, show.layout)
    others = await LiveClient.open(show.socket, show.layout)
    for viewer in (alices, others):
        await viewer.next_of("snapshot", seconds=20)
    alices.say(type="hello", token=token)

    # One ticket, quoted first: its seat is free in another viewer's window, and is not enough for Alice's two.
    path, one = f"/api/bookings/{booking['id']}/cancel/", {"tickets": [booking["tickets"][0]["id"]]}
    quoted = bob.http.post(path, json={**one, "dry_run": True}).json()
    done = bob.http.post(path, json=one).json()
    assert (done["refund"], done["rule"]) == (quoted["refund"], quoted["rule"])
    freed = booking["tickets"][0]["seat"]
    await others.until(lambda: others.state_of(freed) == "a", 20)
    assert state_of(alice)["status"] == "waiting"

    assert bob.http.post(path, json={}).json()["booking"]["status"] == "cancelled"
    notice = await alices.next_of("notice", seconds=20)
    assert notice["code"] == "seats_offered"
    offer = state_of(alice)["offer"]
    assert sorted(offer["seats"]) == sorted(show.seats[:2])
    await others.until(lambda: all(others.state_of(seat) == "h" for seat in offer["seats"]), 20)
    refused = carol.http.post("/api/bookings/lock-seats/", json={"show": show.id, "seats": offer["seats"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "seat_unavailable")

    taken = alice.http.post(f"/api/shows/{show.id}/waitlist/take/", json={})
    assert taken.status_code == 201, taken.text
    paid = alice.pay(alice.initiate(taken.json()), "success")
    assert alice.http.post("/api/payments/verify/", json=paid).json()["status"] == "confirmed"
    await others.until(lambda: all(others.state_of(seat) == "s" for seat in offer["seats"]), 20)
    await alices.end()
    await others.end()


def test_a_declined_offer_reaches_the_next_and_the_mail_has_the_link(full_show, new_customer):
    show, bob, booking = full_show
    alice, dan = new_customer(show), new_customer(show)
    join(alice, count=1, email="first@example.test")
    join(dan, count=1, email="second@example.test")
    bob.http.post(f"/api/bookings/{booking['id']}/cancel/", json={"tickets": [booking["tickets"][0]["id"]]})
    until(lambda: state_of(alice)["status"] == "offered")
    assert state_of(dan) == state_of(dan) | {"status": "waiting", "position": 1}
    assert alice.http.post(f"/api/shows/{show.id}/waitlist/decline/", json={}).json()["entry"]["status"] == "declined"
    until(lambda: state_of(dan)["status"] == "offered")
    link = until(lambda: link_in_mail_to(show.site, "second@example.test"))

    with show.site.client() as telephone:  # another device of Dan's
        answer = telephone.get(link)
        assert answer.status_code == 200 and booking["tickets"][0]["seat"] in answer.text
        assert "guest" not in telephone.cookies
        assert telephone.get(f"/api/shows/{show.id}/waitlist/").json()["entry"] is None
        paid = take_with_code(telephone, show, link)
        assert paid["status"] == "confirmed" and paid["seats"] == [booking["tickets"][0]["seat"]]
        assert "guest" not in telephone.cookies
    assert state_of(dan)["status"] == "taken"
    with show.site.client() as somebody:
        assert somebody.get(link).status_code == 410
        assert somebody.get(link + "x").status_code == 410
        assert "guest" not in somebody.cookies


async def test_a_cancelled_show_is_off_for_every_viewer_and_everything_goes_back(live_show, new_customer):
    bob, carol = new_customer(live_show), new_customer(live_show)
    booking, order = bob.up_to_payment(live_show.seats[:2])
    bob.http.post("/api/payments/verify/", json=bob.pay(order, "success"))
    viewer = await LiveClient.open(live_show.socket, live_show.layout)
    await viewer.next_of("snapshot", seconds=20)
    # In threads: a viewer that answers no pings meanwhile would be taken for gone.
    manage = partial(asyncio.to_thread, live_show.site.manage, "cancel_show", str(live_show.id))
    planned = await manage("--dry-run")
    assert booking["reference"] in planned.stdout and f"({booking['total']} paise)" in planned.stdout
    assert bob.booking(booking)["status"] == "confirmed"

    done = await manage("--reason", "The projector is broken.")
    assert done.returncode == 0, done.stderr
    assert (await viewer.next_of("notice", seconds=20))["code"] == "show_cancelled"
    assert bob.wait_for(booking, "cancelled")["payment"]["refunded"] == booking["total"]
    refused = carol.http.post("/api/bookings/lock-seats/", json={"show": live_show.id, "seats": live_show.seats[4:5]})
    assert (refused.status_code, refused.json()["code"]) == (409, "show_closed")
    until(lambda: bob.booking(booking)["payment"]["status"] == "refunded", 60)
    assert until(lambda: mail_to(live_show.site, "alice@example.test", "projector"))
    await viewer.end()


def take_with_code(telephone, show, link):
    """On a device that is nobody: a code from the mailbox takes the offer, and a link of its own pays for it."""

    def send(path, **form):
        form["csrfmiddlewaretoken"] = telephone.cookies["csrftoken"]
        return telephone.post(path, data=form)

    assert send(link.replace("/offer/?", "/offer/code/?")).status_code == 302
    mailed = until(lambda: mail_to(show.site, "second@example.test", "your code is"))
    code = re.search(r"your code is (\d{6})", mailed)[1]
    taken = send(link, do="take", code=code)
    assert taken.status_code == 302, taken.text
    checkout, query = taken.headers["location"].split("?")
    header = {"X-CSRFToken": telephone.cookies["csrftoken"]}
    started = telephone.post(
        f"/api/payments/initiate/?{query}", json={"booking": checkout.split("/")[2]}, headers=header
    )
    told = new_payment(show, started.json())
    return telephone.post(f"/api/payments/verify/?{query}", json=told, headers=header).json()


def new_payment(show, order):
    answer = httpx.post(
        f"{show.site.sandbox_url}/_test/pay", json={"order_id": order["order_id"], "outcome": "success"}, timeout=30
    )
    return answer.json()


def mail_to(site, address, word):
    new = site.var / "mail" / "new"
    texts = [mail.read_text(errors="replace") for mail in new.iterdir()] if new.exists() else []
    return next((text for text in texts if address in text and word in text), None)


def link_in_mail_to(site, address):
    new = site.var / "mail" / "new"
    for file in new.iterdir() if new.exists() else []:
        message = email.message_from_bytes(file.read_bytes())
        if address in str(message["To"]):
            parts = [part for part in message.walk() if part.get_content_type() == "text/plain"]
            text = parts[0].get_payload(decode=True).decode()
            if found := re.search(r"/shows/\d+/offer/\?t=\S+", text):
                return found[0]
    return None


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)
    return answer
