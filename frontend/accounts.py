"""What allauth learns about this site: whose address a request comes from, what a verified address brings along."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from checkout.bookings.adopt import adopt_bookings_of_address
from cinema.addresses import address_of_request
from seating.identity import owner_of_user


class AccountAdapter(DefaultAccountAdapter):
    """allauth's limits count by address: through the same proxies, and by the same /64, as everything else here."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of_request(request)


class SignupForm(forms.SignupForm):
    """Takes as long for a known address, where allauth stores no password and so hashes none."""

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


@receiver(email_confirmed)
def adopt_when_verified(email_address: Any, **_: Any) -> None:
    """Bookings that were made elsewhere with the address just verified are the account's."""
    adopt_bookings_of_address(owner_of_user(email_address.user), email_address.email)


@receiver(user_logged_in)
def adopt_when_signed_in(user: Any, **_: Any) -> None:
    """And those that were made, or paid, since: signing in shows them."""
    for address in EmailAddress.objects.filter(user=user, verified=True):
        adopt_bookings_of_address(owner_of_user(user), address.email)
