"""Pages for local development: caught mails, and the payment sandbox under our own origin.

They answer 404 unless the site runs in development with the sandbox's keys.
"""

import base64
import email
import mailbox
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from functools import wraps
from typing import Any

import requests
from csp.decorators import csp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

MOST_MAILS = 200
SANDBOX_TIMEOUT = (3, 8)  # seconds to connect, to read
SANDBOX_FILES = {"checkout.js", "checkout.css"}
SANDBOX_ACTIONS = {"_test/pay"}
# A caught mail may show its own images and inline styles; its links open in a new window.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "img-src": ["data:"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}

View = Callable[..., HttpResponse]


def only_in_development(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.DEBUG and settings.RAZORPAY_SANDBOX):
            raise Http404("This page exists in development only.")
        return view(request, *args, **kwargs)

    return guarded


# ------------------------------------------------------------------------------------------------- mails
@only_in_development
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """The mails the site has sent, newest first."""
    box = _box()
    found = sorted(((box.get_message(key).get_date(), key) for key in box.iterkeys()), reverse=True)
    mails = [_summary(key, _read(box, key), sent) for sent, key in found[:MOST_MAILS]]
    return render(request, "frontend/dev_mail.html", {"mails": mails, "count": len(found)})


@only_in_development
@require_safe
def mail_detail(request: HttpRequest, key: str) -> HttpResponse:
    box = _box()
    message = _read(box, key)
    body = message.get_body(preferencelist=("plain",))
    context = {
        "mail": _summary(key, message, box.get_message(key).get_date()),
        "body": body.get_content() if body is not None else "",
        "has_html": message.get_body(preferencelist=("html",)) is not None,
        "attachments": [
            {"number": number, "name": part.get_filename() or f"part-{number}", "size": len(_bytes_of(part))}
            for number, part in enumerate(message.iter_attachments())
        ],
    }
    return render(request, "frontend/dev_mail_detail.html", context)


@xframe_options_sameorigin
@csp(MAIL_POLICY)
@only_in_development
@require_safe
def mail_html(request: HttpRequest, key: str) -> HttpResponse:
    """The HTML part as a mail program shows it: with its embedded images and nothing else. Its scripts do not run,
    and the sandbox gives it a separate origin even when it is opened directly."""
    message = _read(_box(), key)
    body = message.get_body(preferencelist=("html",))
    if body is None:
        raise Http404("This mail has no HTML part.")
    html = body.get_content().replace("<head>", '<head><base target="_blank">', 1)
    for part in message.walk():
        name = str(part["Content-ID"] or "").strip("<> ")
        if name and part.get_content_maintype() == "image":
            data = base64.b64encode(_bytes_of(part)).decode()
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return HttpResponse(html, headers={"X-Content-Type-Options": "nosniff"})


@only_in_development
@require_safe
def mail_part(request: HttpRequest, key: str, part: int) -> HttpResponse:
    """An attachment, always as a download, so that it is never shown as a page of this site."""
    parts = list(_read(_box(), key).iter_attachments())
    if part >= len(parts):
        raise Http404("This mail has no such attachment.")
    response = HttpResponse(_bytes_of(parts[part]), content_type=parts[part].get_content_type())
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", parts[part].get_filename() or f"part-{part}")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _box() -> mailbox.Maildir:
    """The mail catcher's Maildir; created empty before the first mail."""
    try:
        return mailbox.Maildir(str(settings.MAIL_CATCHER_DIR), create=not settings.MAIL_CATCHER_DIR.exists())
    except OSError as error:
        raise Http404(f"There is no mail directory: {error}") from None


def _read(box: mailbox.Maildir, key: str) -> EmailMessage:
    try:
        return email.message_from_bytes(box.get_bytes(key), policy=policy.default)
    except (KeyError, OSError, ValueError):
        raise Http404("There is no such mail.") from None


def _summary(key: str, message: EmailMessage, sent: float) -> dict[str, Any]:
    return {
        "key": key,
        "subject": str(message["Subject"] or ""),
        "sender": str(message["From"] or ""),
        "recipient": str(message["To"] or ""),
        "sent": datetime.fromtimestamp(sent, UTC),
        "attachments": sum(1 for _ in message.iter_attachments()),
    }


def _bytes_of(part: Any) -> bytes:
    return part.get_payload(decode=True) or b""


# ----------------------------------------------------------------------------------------------- sandbox
@csrf_exempt  # stands for the payment gateway, which does not know our CSRF tokens
@only_in_development
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox_proxy(request: HttpRequest, path: str) -> HttpResponse:
    """Forwards to the sandbox's payment sheet, so that the page sends no request to another origin."""
    if path not in (SANDBOX_ACTIONS if request.method == "POST" else SANDBOX_FILES):
        raise Http404("This path of the sandbox is not available here.")
    try:
        response = requests.request(
            "POST" if request.method == "POST" else "GET",
            f"{settings.RAZORPAY_BASE_URL.rstrip('/')}/{path}",
            data=request.body or None,
            headers={"Content-Type": request.content_type or "application/json"},
            timeout=SANDBOX_TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException:
        detail = "The payment sandbox does not answer. Is `manage.py sandbox` running?"
        return JsonResponse({"error": {"code": "SERVER_ERROR", "description": detail}}, status=502)
    return HttpResponse(
        response.content,
        status=response.status_code,
        content_type=response.headers.get("Content-Type", "application/octet-stream"),
    )
