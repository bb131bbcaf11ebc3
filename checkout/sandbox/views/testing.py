"""`/_test/…`: what programs use to pay, to misbehave and to look behind. No keys are asked for.

| address | what it does |
| --- | --- |
| `POST _test/pay` | `{order_id, outcome, late_seconds?}` or `{order_id, method, vpa or card_number}`: a customer pays |
| `POST _test/webhooks` | `{mode: normal, lost, doubled or shuffled; retry_seconds?, spread_seconds?}` |
| `GET _test/webhooks` | the deliveries, newest first; `?order_id= &event= &status=` |
| `POST _test/webhooks/redeliver` | `{event_id}`, `{order_id}`, or `{}` for all that were lost or given up |
| `POST _test/refunds` | `{outcome: processed, failed or pending; seconds?}`; with `refund_id`: settle that one |
| `POST _test/faults` | `{fault, match?, times?, seconds?}`: the API's next calls fail; see `faults` |
| `POST _test/clock` | `{advance}`: seconds by which the sandbox's clock is put forward, for good |
"""

from checkout.sandbox import faults, fields, payments, refunds, timers, webhooks
from checkout.sandbox.store import Document
from checkout.sandbox.views.edge import Call, switch

LONGEST_ADVANCE = 400 * 86_400


def _pay(call: Call) -> Document:
    return payments.pay(call.docs, call.body)


def _set_webhooks(call: Call) -> Document:
    return webhooks.set_switch(call.docs, call.body)


def _list_webhooks(call: Call) -> Document:
    return webhooks.list_deliveries(call.docs, call.query)


def _redeliver(call: Call) -> Document:
    return {"redelivered": webhooks.redeliver(call.docs, call.body)}


def _set_refunds(call: Call) -> Document:
    return refunds.set_switch(call.docs, call.body)


def _set_fault(call: Call) -> Document:
    return faults.set_fault(call.docs, call.body)


def _advance(call: Call) -> Document:
    seconds = fields.seconds(call.body, "advance", 0.0, LONGEST_ADVANCE)
    return {"now": timers.put_clock_forward(call.docs, seconds)}


pay = switch(POST=_pay)
webhook_switch = switch(GET=_list_webhooks, POST=_set_webhooks)
webhook_redeliver = switch(POST=_redeliver)
refund_switch = switch(POST=_set_refunds)
fault_switch = switch(POST=_set_fault)
clock = switch(POST=_advance)
