import mailbox
from email.message import EmailMessage

import pytest
import requests

from frontend.views import dev


@pytest.fixture
def development(settings, tmp_path):
    settings.DEBUG, settings.RAZORPAY_SANDBOX = True, True
    settings.MAIL_CATCHER_DIR = tmp_path / "mail"
    return settings


def send(settings, subject, body, attachment=None):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "tickets@housefull.test", "alice@example.test", subject
    message.set_content(body)
    if attachment:
        message.add_attachment(attachment, maintype="application", subtype="pdf", filename="tickets.pdf")
    return mailbox.Maildir(str(settings.MAIL_CATCHER_DIR)).add(mailbox.MaildirMessage(message))


@pytest.mark.parametrize(("debug", "sandbox"), [(False, True), (True, False)])
@pytest.mark.parametrize(
    "path", ["/dev/mail/", "/dev/mail/x/", "/dev/mail/x/0/", "/dev/mail/x/html/", "/dev/sandbox/checkout.js"]
)
def test_outside_development_there_is_nothing(client, settings, path, debug, sandbox):
    settings.DEBUG, settings.RAZORPAY_SANDBOX = debug, sandbox
    assert client.get(path).status_code == 404


def test_before_the_first_mail_the_list_is_empty(client, development):
    assert "Nothing sent yet" in client.get("/dev/mail/").content.decode()


def test_a_mail_can_be_read_its_links_followed_and_its_tickets_fetched(client, development):
    key = send(development, "Your tickets", "See http://127.0.0.1:8000/bookings/x/?t=a:b", b"%PDF-1.7")
    assert "Your tickets" in client.get("/dev/mail/").content.decode()
    page = client.get(f"/dev/mail/{key}/").content.decode()
    assert 'href="http://127.0.0.1:8000/bookings/x/?t=a%3Ab"' in page
    part = client.get(f"/dev/mail/{key}/0/")
    assert part.content == b"%PDF-1.7"
    assert part["Content-Disposition"] == 'attachment; filename="tickets.pdf"'
    assert client.get(f"/dev/mail/{key}/1/").status_code == 404


def test_the_text_of_a_mail_is_escaped(client, development):
    key = send(development, "<script>1</script>", "<script>alert(1)</script>")
    for path in ("/dev/mail/", f"/dev/mail/{key}/"):
        assert "<script>1" not in client.get(path).content.decode()
        assert "<script>alert" not in client.get(path).content.decode()


def send_html(settings, html, picture=b"\x89PNG picture"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "tickets@housefull.test", "alice@example.test", "Your tickets"
    message.set_content("the text")
    message.add_alternative(html, subtype="html")
    message.get_payload(1).add_related(picture, maintype="image", subtype="png", cid="<one@housefull.test>")
    return mailbox.Maildir(str(settings.MAIL_CATCHER_DIR)).add(mailbox.MaildirMessage(message))


def test_the_html_of_a_mail_is_framed_and_sandboxed(client, development):
    html = '<html><head></head><body><script>alert(1)</script><img src="cid:one@housefull.test"></body></html>'
    key = send_html(development, html)
    page = client.get(f"/dev/mail/{key}/").content.decode()
    assert f'src="/dev/mail/{key}/html/"' in page and "<script>alert" not in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "the text" in page
    framed = client.get(f"/dev/mail/{key}/html/")
    policy = framed["Content-Security-Policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == "'none'" and "script-src" not in rules
    assert rules["frame-ancestors"] == "'self'" and framed["X-Frame-Options"] == "SAMEORIGIN"
    assert rules["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert b'src="data:image/png;base64,iVBORyBwaWN0dXJl"' in framed.content


def test_a_mail_without_html_has_no_frame(client, development):
    key = send(development, "Plain", "only text")
    assert "<iframe" not in client.get(f"/dev/mail/{key}/").content.decode()
    assert client.get(f"/dev/mail/{key}/html/").status_code == 404


@pytest.mark.parametrize("key", ["unknown", "..", "..%2F..%2Fetc", "%00"])
def test_no_other_file_is_a_mail(client, development, key):
    assert client.get(f"/dev/mail/{key}/").status_code == 404


class Response:
    content, status_code, headers = b"console.log(1)", 200, {"Content-Type": "text/javascript"}


def test_the_sheet_and_a_test_payment_are_passed_on_and_nothing_else(client, development, monkeypatch):
    requested = []
    monkeypatch.setattr(requests, "request", lambda *args, **kw: requested.append((*args, kw["data"])) or Response())
    development.RAZORPAY_BASE_URL = "http://sandbox.test/"
    script = client.get("/dev/sandbox/checkout.js")
    assert (script.content, script["Content-Type"]) == (b"console.log(1)", "text/javascript")
    client.post("/dev/sandbox/_test/pay", b'{"order_id": "o"}', content_type="application/json")
    assert requested == [
        ("GET", "http://sandbox.test/checkout.js", None),
        ("POST", "http://sandbox.test/_test/pay", b'{"order_id": "o"}'),
    ]
    for path in ("v1/orders", "_test/webhooks", "../v1/orders", "checkout.js/../v1/orders", "_test/pay"):
        assert client.get(f"/dev/sandbox/{path}").status_code == 404
    assert client.post("/dev/sandbox/v1/orders", b"{}", content_type="application/json").status_code == 404
    assert len(requested) == 2


def test_a_sandbox_that_does_not_answer_says_so(client, development, monkeypatch):
    def fail(*args, **kw):
        assert kw["timeout"] == dev.SANDBOX_TIMEOUT
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "request", fail)
    response = client.get("/dev/sandbox/checkout.js")
    assert response.status_code == 502
    assert "sandbox" in response.json()["error"]["description"]
