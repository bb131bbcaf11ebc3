"""The sandbox's addresses, answered: Razorpay's API, the tests' switches, and the payment sheet's files."""
