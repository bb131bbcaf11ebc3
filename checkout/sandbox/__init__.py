"""A stand-in for Razorpay on this machine: its HTTP API, its payment sheet and its webhooks. Development only.

A request comes in by `urls`, one of `views` opens one transaction of the `store` and calls one function of
`orders`, `payments` or `refunds`; what happened is written as webhooks into the same transaction, and the
`background` threads deliver them and do what is due later. No money and no database of the site is touched.
"""
