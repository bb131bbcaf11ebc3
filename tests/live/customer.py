"""A guest who speaks the HTTP API and nothing else."""

import time

import httpx


class Customer:
    """A guest who speaks the HTTP API and nothing else."""

    def __init__(self, show):
        self.show = show
        self.http = show.site.client()

    def lock(self, seats):
        answer = self.http.post("/api/bookings/lock-seats/", json={"show": self.show.id, "seats": seats})
        assert answer.status_code == 201, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return answer.json()

    def create(self, key="first"):
        body = {"show": self.show.id, "name": "Alice", "email": "alice@example.test"}
        answer = self.http.post("/api/bookings/create/", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def initiate(self, booking):
        answer = self.http.post("/api/payments/initiate/", json={"booking": booking["id"]})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pay(self, order, outcome):
        url = f"{self.show.site.sandbox_url}/_test/pay"
        answer = httpx.post(url, json={"order_id": order["order_id"], "outcome": outcome}, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def booking(self, booking):
        return self.http.get(f"/api/bookings/{booking['id']}/").json()

    def wait_for(self, booking, status, seconds=30.0):
        deadline = time.monotonic() + seconds
        while (now := self.booking(booking))["status"] != status and time.monotonic() < deadline:
            time.sleep(0.2)
        assert now["status"] == status, now
        return now

    def up_to_payment(self, seats):
        price = self.lock(seats)["price"]
        booking = self.create()
        order = self.initiate(booking)
        assert order["amount"] == booking["total"] == price
        return booking, order
