"""An environment that production starts with."""

import base64

HOST = "box.example"
ENVIRONMENT = {
    "DEBUG": "false",
    "SECRET_KEY": "kV7r-Xw2qTz9LbN4cHj6PdS8mYf3GaUe5RtWi0oKx_ZnQsBvCyDl1EgJhMp",
    "ALLOWED_HOSTS": HOST,
    "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
    "TRUSTED_PROXIES": "1",
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "DATABASE_URL": "sqlite://:memory:",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "RAZORPAY_KEY_ID": "rzp_live_test",
    "RAZORPAY_KEY_SECRET": "a-live-key-secret",
    "RAZORPAY_WEBHOOK_SECRET": "a-live-webhook-secret",
    "TICKET_SIGNING_KEY": base64.b64encode(b"thirty-two bytes, all for tests!").decode(),
}
