"""URLs of all pages. Each view is wrapped so that its refusals become pages too."""

from django.urls import URLPattern, path, register_converter

from frontend.views import (
    View,
    bookings,
    boxoffice,
    browse,
    cancelled_shows,
    checkout,
    contact,
    dev,
    health,
    links,
    offers,
    personal,
    show,
    staff_log,
    staff_pin,
    staff_tokens,
    tickets,
    with_error_pages,
)

app_name = "frontend"


class ShowId:
    """A show's id. A number too long for the database is an unknown page, not an error."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class OpaqueId:
    """A booking's or ticket's id. Anything that cannot be one is an unknown page, without a database query."""

    regex = "[A-Za-z0-9_-]{1,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(ShowId, "show_id")
register_converter(OpaqueId, "opaque")


def page(route: str, view: View, name: str) -> URLPattern:
    return path(route, with_error_pages(view), name=name)


urlpatterns = [
    page("", browse.home, "home"),
    page("movies/<slug:slug>/", browse.movie_page, "movie"),
    page("movies/<slug:slug>/poster.svg", browse.poster, "poster"),
    page("shows/<show_id:show_id>/", show.show_page, "show"),
    page("shows/<show_id:show_id>/offer/", offers.take_up_offer, "offer"),
    page("shows/<show_id:show_id>/offer/code/", offers.ask_for_code, "offer_code"),
    page("checkout/<opaque:booking_id>/", checkout.checkout_page, "checkout"),
    page("bookings/", bookings.booking_list, "bookings"),
    page("bookings/<opaque:booking_id>/", bookings.booking_detail, "booking"),
    page("bookings/<opaque:booking_id>/cancel/", bookings.cancel, "cancel"),
    page("bookings/<opaque:booking_id>/reissue/", bookings.reissue, "reissue"),
    page("bookings/<opaque:booking_id>/ticket/", tickets.web_ticket, "ticket"),
    page("bookings/<opaque:booking_id>/ticket/worker.js", tickets.ticket_worker, "ticket_worker"),
    page("bookings/<opaque:booking_id>/receipt/", bookings.receipt, "receipt"),
    page("bookings/<opaque:booking_id>/contact/", contact.contact, "contact"),
    page("bookings/<opaque:booking_id>/code/", links.ask_for_code, "code"),
    page("accounts/data/", personal.personal_data, "personal_data"),
    page("accounts/data/download/", personal.download_data, "download_data"),
    page("accounts/data/delete/", personal.delete_data, "delete_data"),
    page("boxoffice/", boxoffice.dashboard, "boxoffice"),
    page("boxoffice/log/", staff_log.log_page, "staff_log"),
    page("boxoffice/pin/", staff_pin.pin_page, "staff_pin"),
    page("boxoffice/tokens/", staff_tokens.tokens_page, "staff_tokens"),
    page("boxoffice/tokens/<show_id:token_id>/revoke/", staff_tokens.revoke, "revoke_token"),
    page("boxoffice/shows/<show_id:show_id>/cancel/", cancelled_shows.cancel_show, "cancel_show"),
    page("boxoffice/shows/<show_id:show_id>/cancel/progress/", cancelled_shows.cancellation, "cancellation"),
    page("dev/mail/", dev.mail_list, "dev_mail"),
    page("dev/mail/<str:key>/", dev.mail_detail, "dev_mail_detail"),
    page("dev/mail/<str:key>/html/", dev.mail_html, "dev_mail_html"),
    page("dev/mail/<str:key>/<int:part>/", dev.mail_part, "dev_mail_part"),
    page("dev/sandbox/<path:path>", dev.sandbox_proxy, "dev_sandbox"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
