"""Who may do what: the one table of roles and permissions. What is not in it is denied.

A permission is a string, `boxoffice.` and a name of GRANTS; every edge of staff names one, and it is asked of a person
at a theatre (`boxoffice.backends`). A role is held at one theatre or at all of them (`StaffPost`); an administrator's
is always for all. Django's own permissions on models, which the admin asks for, lead to one of ours here.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from django.db.models import TextChoices

APP = "boxoffice"


class Role(TextChoices):
    """Each is also a group, so that Django's lists can find people by it; a group alone allows nothing."""

    USHER = "usher", "usher"
    CASHIER = "cashier", "cashier"
    SUPERVISOR = "supervisor", "supervisor"
    MANAGER = "manager", "manager"
    PROGRAMMER = "programmer", "programmer"
    ACCOUNTANT = "accountant", "accountant"
    ADMINISTRATOR = "administrator", "administrator"


U, C, S, M, P, A, X = Role
EVERYBODY = frozenset(Role)

GRANTS: dict[str, frozenset[Role]] = {
    "look": EVERYBODY,  # at the board, at a show
    "check_in": frozenset({U, C, S, M, X}),  # and take it back within ten minutes
    "sell": frozenset({C, S, M, X}),  # reprint, refund an own sale of the shift
    "refund": frozenset({S, M, X}),  # also issue again and revoke
    "reseat": frozenset({S, M, X}),  # also exchange
    "release_hold": frozenset({S, M, X}),
    "override": frozenset({S, M, X}),  # a rule, such as the ten minutes of a check-in
    "block": frozenset({S, M, X}),
    "comp": frozenset({M, X}),
    "cancel_show": frozenset({M, X}),
    "release_channel": frozenset({M, X}),
    "plan_shows": frozenset({M, P, X}),
    "set_prices": frozenset({M, P, X}),
    "money_of_shift": frozenset({C, S, M, A, X}),
    "money_of_day": frozenset({S, M, A, X}),
    "money": frozenset({M, A, X}),  # reports and exports
    "read_log": frozenset({M, X}),
    "people": frozenset({X}),  # accounts and posts
    "keys": frozenset({X}),
    "tokens": frozenset({X}),
    "administer": frozenset({X}),  # cities, theatres, screens, and the tables of the machinery
}
PERMISSIONS = frozenset(f"{APP}.{name}" for name in GRANTS)
WITH_A_PIN = {C: frozenset({"refund", "reseat", "release_hold", "override"})}  # a supervisor's, at the counter
AT_ALL_THEATRES = frozenset({X})

# What the admin asks for → what of ours answers it; one of several is enough. `everywhere`: the rows belong to no
# theatre and move money, so a post at one theatre is not enough.
ANY_POST = ("look",)
HELP_CUSTOMERS = ("refund",)
SEE_MONEY = ("refund", "money")
MODELS: dict[str, tuple[str, ...]] = {
    **{f"cinema.view_{name}": ANY_POST for name in ("city", "theatre", "screen", "seatingplan", "movie", "show")},
    "cinema.view_showtier": ANY_POST,
    "cinema.change_showtier": ("set_prices",),
    "cinema.add_seatingplan": ("plan_shows",),
    **{f"cinema.{verb}_movie": ("plan_shows",) for verb in ("add", "change", "delete")},
    **{f"cinema.{verb}_show": ("plan_shows",) for verb in ("add", "change")},
    **{
        f"cinema.{verb}_{name}": ("administer",)
        for verb in ("add", "change", "delete")
        for name in ("city", "theatre", "screen")
    },
    **{f"checkout.view_{name}": SEE_MONEY for name in ("booking", "bookingline", "payment", "order", "refund")},
    **{f"checkout.view_{name}": SEE_MONEY for name in ("redemption", "ticket", "gatescan", "showcancellation")},
    "checkout.view_waitlistentry": HELP_CUSTOMERS,
    "checkout.change_ticket": HELP_CUSTOMERS,
    "checkout.change_refund": HELP_CUSTOMERS,
    "checkout.view_coupon": ("set_prices", "money"),
    **{f"checkout.{verb}_coupon": ("set_prices",) for verb in ("add", "change", "delete")},
    "checkout.view_webhookevent": ("administer",),
    "checkout.view_outboxmessage": ("administer",),
    **{
        f"{model.replace('.', f'.{verb}_')}": ("people",)
        for verb in ("view", "add", "change", "delete")
        for model in ("auth.user", "auth.group", "account.emailaddress", "mfa.authenticator", "boxoffice.staffpost")
    },
    "boxoffice.view_stafftoken": ("tokens",),
    "boxoffice.view_staffevent": ("read_log",),
}
EVERYWHERE = frozenset(f"checkout.{verb}_coupon" for verb in ("add", "change", "delete"))


def allows(role: str, permission: str) -> bool:
    """Whether the role has this permission of ours, or this one of Django's on a model."""
    app, _, name = permission.partition(".")
    if app == APP and name in GRANTS:
        return role in GRANTS[name]
    return any(role in GRANTS[wanted] for wanted in MODELS.get(permission, ()))


class Held(Protocol):
    """A role that somebody holds somewhere: a post, or a token's."""

    @property
    def role(self) -> str: ...
    @property
    def theatre_id(self) -> int | None: ...
    def is_at(self, theatre_id: int | None) -> bool: ...


def posts_allow(posts: Iterable[Held], permission: str, place: Any = None) -> bool:
    """Whether one of them gives the permission at this theatre or theatre's id; None asks whether anywhere."""
    theatre_id = getattr(place, "pk", place)
    return any(
        allows(post.role, permission)
        and post.is_at(theatre_id)
        and (permission not in EVERYWHERE or post.theatre_id is None)
        for post in posts
    )
