"""Whose address a request or a socket counts as, in every spelling and behind proxies of our own."""

import pytest

from cinema.addresses import address_of_request, address_of_scope, plain_address


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:51234", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:443", "192.0.2.7"),
        ("::ffff:c000:207", "192.0.2.7"),
        ("2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("2001:0DB8:0000:0001:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("[2001:db8:0:1::5]:51234", "2001:db8:0:1::/64"),
        ('"[2001:db8:0:1::5]:51234"', "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("2001:db8:0:2::5", "2001:db8:0:2::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("_hidden", "unknown"),
        ("999.1.1.1", "unknown"),
    ],
)
def test_every_spelling_of_an_address_is_one_address(written, address):
    assert plain_address(written) == address


def scope(*forwarded):
    return {"client": ["10.0.0.1", 5], "headers": [(b"x-forwarded-for", value) for value in forwarded]}


@pytest.mark.parametrize(
    ("proxies", "headers", "address"),
    [
        (0, [b"6.6.6.6"], "10.0.0.1"),
        (1, [], "10.0.0.1"),
        (1, [b"1.2.3.4"], "1.2.3.4"),
        (1, [b"6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        (2, [b"6.6.6.6, 1.2.3.4, 10.9.9.9"], "1.2.3.4"),
        (2, [b"6.6.6.6", b"1.2.3.4,10.9.9.9"], "1.2.3.4"),
        (2, [b"1.2.3.4"], "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_saw_is_believed(settings, proxies, headers, address):
    settings.TRUSTED_PROXIES = proxies
    assert address_of_scope(scope(*headers)) == address


@pytest.mark.parametrize(("proxies", "address"), [(0, "10.0.0.1"), (1, "1.2.3.4"), (2, "6.6.6.6")])
def test_a_request_counts_as_a_socket_does(settings, rf, proxies, address):
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", HTTP_X_FORWARDED_FOR="6.6.6.6:9999, 1.2.3.4:80", REMOTE_ADDR="10.0.0.1")
    assert address_of_request(request) == address
