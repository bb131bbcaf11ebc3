"""Translations of the pages. The catalogues are in `locale/`; `make texts` updates and compiles them.

This module also marks sentences of Django and allauth that our visitors read and whose Hindi is missing or wrong there.
That puts them into our catalogue, which takes precedence over theirs.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_noop, ngettext_lazy
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog


class UnescapedEncoder(DjangoJSONEncoder):
    """Does not escape letters: an escaped Devanagari letter is twice as long."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"ensure_ascii": False})


@cache
def script_texts(language: str) -> dict[str, str | list[str]]:
    """`{"English sentence": "translation" or [singular, plural]}` for the scripts; empty in English."""
    if language == settings.LANGUAGE_CODE:
        return {}
    catalogue = JavaScriptCatalog()
    catalogue.translation = DjangoTranslation(
        language, domain="djangojs", localedirs=[str(path) for path in settings.LOCALE_PATHS]
    )
    return {sentence: translation for sentence, translation in catalogue.get_catalog().items() if sentence}


# Django's Hindi has the same word for AM and PM, so that 10 AM and 10 PM look alike. It also misspells some days and
# months and does not translate minutes.
TIMES = (
    gettext_noop("AM"),
    gettext_noop("PM"),
    gettext_noop("Monday"),
    gettext_noop("Thursday"),
    gettext_noop("Thu"),
    gettext_noop("September"),
    gettext_noop("November"),
    gettext_noop("December"),
    gettext_noop("mar"),
    gettext_noop("apr"),
    gettext_noop("sep"),
    gettext_noop("nov"),
    gettext_noop("dec"),
    ngettext_lazy("%(num)d minute", "%(num)d minutes", "num"),
)

# Django's password rules and errors, and its error for a text that is too long: missing in its Hindi.
FORMS_OF_DJANGO = (
    gettext_noop("The password is too similar to the %(verbose_name)s."),
    gettext_noop("Your password can’t be too similar to your other personal information."),  # noqa: RUF001 - as Django writes it
    gettext_noop("This password is too common."),
    gettext_noop("Your password can’t be a commonly used password."),  # noqa: RUF001 - as Django writes it
    gettext_noop("This password is entirely numeric."),
    gettext_noop("Your password can’t be entirely numeric."),  # noqa: RUF001 - as Django writes it
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
)

# Payment methods on a receipt, as named by checkout.tickets.receipts.
PAYMENTS = (
    gettext_noop("Paid"),
    gettext_noop("Paid by UPI"),
    gettext_noop("Paid by card"),
    gettext_noop("Paid by net banking"),
    gettext_noop("Paid by wallet"),
)

# django-allauth has no Hindi. These are its sentences for sign-in, sign-up, e-mail addresses and passwords; the pages
# for two-step sign-in stay in English.
ACCOUNTS = (
    gettext_noop("Email"),
    gettext_noop("Email address"),
    gettext_noop("Password"),
    gettext_noop("Password (again)"),
    gettext_noop("Remember Me"),
    gettext_noop("Forgot your password?"),
    gettext_noop("Current Password"),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("You must type the same password each time."),
    gettext_noop("This account is currently inactive."),
    gettext_noop("You cannot remove your primary email address."),
    gettext_noop("This email address is already associated with this account."),
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("A user is already registered with this email address."),
    gettext_noop("Please type your current password."),
    gettext_noop("Incorrect password."),
    gettext_noop("Code"),
    gettext_noop("Incorrect code."),
    gettext_noop("Invalid or expired key."),
    gettext_noop("The password reset token was invalid."),
    gettext_noop("You cannot add more than %d email addresses."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("Your primary email address must be verified."),
    gettext_noop("Be patient, you are sending too many requests."),
    gettext_noop("You cannot remove your primary email address (%(email)s)."),
    gettext_noop("Unable to confirm %(email)s because it is already confirmed by a different account."),
    gettext_noop("Confirmation email sent to %(email)s."),
    gettext_noop("You have confirmed %(email)s."),
    gettext_noop("Removed email address %(email)s."),
    gettext_noop("Successfully signed in as %(name)s."),
    gettext_noop("You have signed out."),
    gettext_noop("Password successfully changed."),
    gettext_noop("Password successfully set."),
    gettext_noop("Primary email address set."),
    gettext_noop("Email Addresses"),
    gettext_noop("The following email addresses are associated with your account:"),
    gettext_noop("Verified"),
    gettext_noop("Unverified"),
    gettext_noop("Primary"),
    gettext_noop("Make Primary"),
    gettext_noop("Re-send Verification"),
    gettext_noop("Add Email Address"),
    gettext_noop("Add Email"),
    gettext_noop("Do you really want to remove the selected email address?"),
    gettext_noop("Change Password"),
    gettext_noop("Set Password"),
    gettext_noop("Cancel"),
    gettext_noop("Confirm"),
    gettext_noop("Your password is now changed."),
    gettext_noop("Bad Token"),
    gettext_noop("Confirm Email Address"),
    gettext_noop(
        'Please confirm that <a href="mailto:%(email)s">%(email)s</a> is an email address for user %(user_display)s.'
    ),
    gettext_noop(
        "This email confirmation link expired or is invalid. "
        'Please <a href="%(email_url)s">issue a new email confirmation request</a>.'
    ),
    gettext_noop(
        "The password reset link was invalid, possibly because it has already been used.  "
        'Please request a <a href="%(passwd_reset_url)s">new password reset</a>.'
    ),
    gettext_noop("Confirm Access"),
    gettext_noop("Please reauthenticate to safeguard your account."),
    gettext_noop("Enter your password:"),
    gettext_noop("Alternative options"),
    gettext_noop("Use your password"),
    gettext_noop("Account Inactive"),
    gettext_noop("This account is inactive."),
)
