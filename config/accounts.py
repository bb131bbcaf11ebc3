"""Accounts, for Django and allauth, and how long we keep what they and guests have told us.

Nobody is signed in before the code from their mailbox was given, and every form answers alike whether an address is
known: signing up with a known address leads to the same page, and the mail says that there is an account already.
"""

from config import environment as env

AUTHENTICATION_BACKENDS = [
    "boxoffice.backends.PostBackend",  # what posts allow, and staff tokens; first, because its no is final
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "frontend.accounts.AccountAdapter"  # reads a client's address as everything else does
ACCOUNT_FORMS = {"signup": "frontend.accounts.SignupForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # a mail goes out either way, and takes as long
CODE_SECONDS, CODE_TRIES = 15 * 60, 5  # for mailed codes of accounts
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_SECONDS
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = CODE_TRIES
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# Not ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE: allauth offers it only where the address was unknown.
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True  # a link would have its token in the path, and paths are logged
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_SECONDS
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = CODE_TRIES
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Housefull: "

# ------------------------------------------------------------------------------------------------- staff
REQUIRE_STAFF_MFA = env.flag("REQUIRE_STAFF_MFA", not env.flag("DEBUG", False))
# How lower layers ask about a session of staff: functions of a request that raise.
STAFF_SESSION_CHECK = "boxoffice.sessions.check_api_session"  # whether it is good enough for the API
STAFF_FRESH_CHECK = "boxoffice.sessions.require_fresh"  # whether a password or factor was given just now

# ----------------------------------------------------------------------------------------- personal data
_LONGEST = 36_500
# Names, addresses and telephone numbers of bookings, in days after the show; tax figures are never erased.
KEEP_PERSONAL_DATA_DAYS = env.whole("KEEP_PERSONAL_DATA_DAYS", 400, 1, _LONGEST)
KEEP_ABANDONED_DAYS = env.whole("KEEP_ABANDONED_DAYS", 30, 1, _LONGEST)  # bookings never paid, waits that are over
KEEP_MESSAGES_DAYS = env.whole("KEEP_MESSAGES_DAYS", 90, 1, _LONGEST)  # the gateway's messages, and notes of mails sent
