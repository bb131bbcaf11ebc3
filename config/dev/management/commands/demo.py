"""`manage.py demo`: the demo cinema, with accounts of every role and a coupon to try it. Safe to run again."""

from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from boxoffice.posts import give_post
from boxoffice.roles import AT_ALL_THEATRES, Role
from checkout.models.coupon import Coupon
from cinema.demo import load_demo
from cinema.models import Theatre

PASSWORD = "demo-cinema"  # noqa: S105 - printed by `make run`; this command refuses to run outside development
CUSTOMER, STAFF = "customer@demo.test", "staff@demo.test"
OF_ROLES = {role: f"{role.value}@demo.test" for role in Role}
ACCOUNTS = [CUSTOMER, STAFF, *OF_ROLES.values()]
COUPON = {"code": "WELCOME10", "percent": 10, "cap": 20_000, "limit_per_person": 1}  # paise


class Command(BaseCommand):
    help = "Loads the demo cinema with shows for the next seven days, the demo accounts and a coupon."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo's accounts have a known password, so it loads in development only.")
        load_demo()
        theatre = Theatre.objects.order_by("pk").first()
        give_post(self._make_account(STAFF, superuser=True), Role.ADMINISTRATOR, None)
        self._make_account(CUSTOMER)
        for role, email in OF_ROLES.items():
            give_post(self._make_account(email), role, None if role in AT_ALL_THEATRES else theatre)
        Coupon.objects.get_or_create(code=COUPON["code"], defaults=COUPON)
        self.stdout.write(
            f"The demo cinema is loaded. Accounts: {', '.join(ACCOUNTS)}; password {PASSWORD}; coupon {COUPON['code']}."
            f" The posts of single roles are at {theatre}."
        )

    def _make_account(self, email: str, superuser: bool = False) -> User:
        user, made = User.objects.get_or_create(username=email, defaults={"email": email})
        if made:
            user.set_password(PASSWORD)
            user.is_staff = user.is_superuser = superuser
            user.save()
        EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
        return user
