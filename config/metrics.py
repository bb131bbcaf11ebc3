"""`/metrics` for Prometheus: figures of the whole house, so not for everybody.

Whoever sends METRICS_TOKEN as a bearer token is answered. Without one, only a request from this machine itself is, and
only where no proxy of ours stands in front (TRUSTED_PROXIES is 0): behind a proxy on the same machine every request
comes from it. A request that a proxy has marked counts as one from outside, in case somebody forgot to set the number.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django_prometheus.exports import ExportToDjangoView

from cinema.problems import problem

MARKS = ("FORWARDED", "VIA", "X_REAL_IP", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO")


def metrics(request: HttpRequest) -> HttpResponse:
    if _has_token(request) or _is_from_here(request):
        answer: HttpResponse = ExportToDjangoView(request)
        return answer
    if settings.METRICS_TOKEN:
        response = problem(401, "Not for everybody", "Send METRICS_TOKEN as `Authorization: Bearer …`.")
        response["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return response
    return problem(403, "Not for everybody", "Metrics are for the machine itself, or for whoever has a METRICS_TOKEN.")


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    matches = scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    return bool(settings.METRICS_TOKEN) and matches


def _is_from_here(request: HttpRequest) -> bool:
    if settings.TRUSTED_PROXIES or any(f"HTTP_{mark}" in request.META for mark in MARKS):
        return False
    try:
        peer = ipaddress.ip_address(str(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return False  # a Unix socket, as a proxy may use
    mapped = getattr(peer, "ipv4_mapped", None)
    return (mapped or peer).is_loopback
