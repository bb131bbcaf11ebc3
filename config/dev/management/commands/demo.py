"""`manage.py demo`: the demo cinema, with two accounts and a coupon to try it. Safe to run again."""

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from checkout.models.coupon import Coupon
from cinema.demo import load_demo

PASSWORD = "demo-cinema"  # noqa: S105 - printed by `make run`; this command refuses to run outside development
ACCOUNTS = {"customer@demo.test": False, "staff@demo.test": True}
COUPON = {"code": "WELCOME10", "percent": 10, "cap": 20_000, "limit_per_person": 1}  # paise


class Command(BaseCommand):
    help = "Loads the demo cinema with shows for the next seven days, the demo accounts and a coupon."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo's accounts have a known password, so it loads in development only.")
        load_demo()
        for email, staff in ACCOUNTS.items():
            self._make_account(email, staff)
        Coupon.objects.get_or_create(code=COUPON["code"], defaults=COUPON)
        self.stdout.write(
            f"The demo cinema is loaded. Accounts: {', '.join(ACCOUNTS)}; password {PASSWORD}; coupon {COUPON['code']}"
        )

    def _make_account(self, email: str, staff: bool) -> None:
        users = get_user_model().objects
        user, made = users.get_or_create(username=email, defaults={"email": email})
        if made:
            user.set_password(PASSWORD)
            user.is_staff = user.is_superuser = staff
            user.save()
        EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
