"""A ticket's code: checked with the public keys alone, and worthless once a single letter is changed."""

import base64
import struct
import subprocess
import sys
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from checkout.errors import BadTicket
from checkout.tickets import codes

TICKET = uuid.UUID("0b8a1d5e-6f0e-4f0b-9a51-3f9a0f5b2c11")


def test_the_gate_reads_show_seat_and_ticket_with_the_public_key_alone():
    said = codes.verify(codes.sign(TICKET, 101, "B12"), codes.public_key())
    assert (said.version, said.show, said.seat, said.ticket, said.edition) == (2, 101, "B12", TICKET, 1)
    assert said.key == codes.key_id(codes.public_key()).hex()


def test_a_gate_without_our_settings_can_verify():
    code = codes.sign(TICKET, 101, "B12")
    program = (
        "import sys\n"
        "from django.conf import settings\n"
        "settings.configure()\n"  # no key, no database, nothing of ours
        "from checkout.tickets.codes import verify\n"
        "print(verify(sys.argv[1], bytes.fromhex(sys.argv[2])).seat)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, code, codes.public_key().hex()], capture_output=True, text=True
    )
    assert done.stdout == "B12\n", done.stderr


def test_the_code_uses_only_letters_that_a_qr_packs_tightly():
    code = codes.sign(TICKET, 101, "B12")
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:")
    assert len(code) <= 178  # a QR of 45 by 45 modules


@given(st.integers(0, 2**63 - 1), st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()), st.uuids())
def test_every_show_and_seat_comes_back_as_it_was(show, seat, ticket):
    code = codes.sign(ticket, show, seat)
    said = codes.verify(code, codes.public_key())
    assert (said.show, said.seat, said.ticket) == (show, seat, ticket)
    assert len(code) <= codes.LONGEST_CODE


@given(st.data())
def test_no_letter_can_be_changed(data):
    code = codes.sign(TICKET, 101, "B12")
    place = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").filter(lambda letter: letter != code[place]))
    with pytest.raises(BadTicket):
        codes.verify(code[:place] + other + code[place + 1 :], codes.public_key())


@pytest.mark.parametrize(
    "code",
    [
        "",
        "HF1:",
        "HF1:AAAA",
        "HF2:",
        "HF2:AAAA",
        "HF2:" + "A" * 200,
        "HF3:AAAA",
        "HF1:é",
        "HF1:" + "A" * 600,
        "HF1:1!",
        "\x00",
        "🎟",
    ],
)
def test_nonsense_is_refused_quietly(code):
    with pytest.raises(BadTicket):
        codes.verify(code, codes.public_key())


def test_somebody_elses_key_makes_no_tickets_of_ours():
    code = codes.sign(TICKET, 101, "B12")
    data = codes._decode(code)
    payload = data[:-64]
    forged = Ed25519PrivateKey.generate().sign(codes.PURPOSE + payload)
    with pytest.raises(BadTicket):
        codes.verify(codes.MARK + codes._encode(payload + forged), codes.public_key())


def test_a_signature_made_for_something_else_is_not_a_ticket():
    payload = codes._decode(codes.sign(TICKET, 101, "B12"))[:-64]
    signed_bare = codes._private_key().sign(payload)
    with pytest.raises(BadTicket):
        codes.verify(codes.MARK + codes._encode(payload + signed_bare), codes.public_key())


def test_a_ticket_of_a_later_version_says_that_the_gate_is_old():
    payload = b"\x03" + codes._decode(codes.sign(TICKET, 101, "B12"))[1:-64]
    signature = codes._private_key().sign(codes.PURPOSE + payload)
    with pytest.raises(BadTicket, match="Update the gate"):
        codes.verify(codes.MARK + codes._encode(payload + signature), codes.public_key())


def test_the_same_bytes_have_one_spelling_only():
    code = codes.sign(TICKET, 101, "B12")
    body = code.removeprefix(codes.MARK)
    with pytest.raises(BadTicket):
        codes.verify(codes.MARK + body.lower(), codes.public_key())
    assert base64.b32decode(body + "=" * (-len(body) % 8))


def of_version_1(seat="B12", show=101):
    """A code as it was made before keys had ids."""
    payload = struct.pack(">B16sQ", 1, TICKET.bytes, show) + seat.encode()
    return "HF1:" + codes._encode(payload + codes._private_key().sign(codes.PURPOSE + payload))


def test_codes_of_version_1_stay_good():
    said = codes.verify(of_version_1(), codes.public_key())
    assert (said.version, said.show, said.seat, said.ticket, said.edition) == (1, 101, "B12", TICKET, 1)


def test_no_code_passes_as_one_of_the_other_version():
    for code, mark in ((of_version_1(), "HF2:"), (codes.sign(TICKET, 101, "B12"), "HF1:")):
        with pytest.raises(BadTicket):
            codes.verify(mark + code[4:], codes.public_key())


def test_each_edition_is_a_code_of_its_own():
    first, second = (codes.sign(TICKET, 101, "B12", edition) for edition in (1, 2))
    assert first != second
    assert codes.verify(second, codes.public_key()).edition == 2


def rotate(settings):
    """A new signing key; the public half of the one before verifies on."""
    before = codes.public_key()
    settings.TICKET_SIGNING_KEY = Ed25519PrivateKey.generate().private_bytes_raw()
    settings.TICKET_OLD_PUBLIC_KEYS = [before]
    return before


def test_after_the_key_changed_old_and_new_codes_verify(settings):
    old = [codes.sign(TICKET, 101, "B12"), of_version_1()]
    before = rotate(settings)
    new = codes.sign(TICKET, 101, "B12")
    assert codes.public_keys() == [codes.public_key(), before]
    for code in (*old, new):
        assert codes.verify(code, *codes.public_keys()).ticket == TICKET
    assert codes.verify(new, *codes.public_keys()).key != codes.verify(old[0], *codes.public_keys()).key


def test_a_gate_that_lacks_the_key_says_which_one(settings):
    before = rotate(settings)
    code = codes.sign(TICKET, 101, "B12")
    with pytest.raises(BadTicket, match=codes.key_id(codes.public_key()).hex()):
        codes.verify(code, before)


def test_a_key_that_was_taken_out_verifies_nothing_any_more(settings):
    old = [codes.sign(TICKET, 101, "B12"), of_version_1()]
    rotate(settings)
    settings.TICKET_OLD_PUBLIC_KEYS = []
    for code in old:
        with pytest.raises(BadTicket):
            codes.verify(code, *codes.public_keys())


def test_naming_our_key_does_not_make_a_signature_ours():
    payload = codes._decode(codes.sign(TICKET, 101, "B12"))[:-64]
    forged = Ed25519PrivateKey.generate().sign(codes.PURPOSE + payload)
    with pytest.raises(BadTicket, match="not one of our tickets"):
        codes.verify(codes.MARK + codes._encode(payload + forged), codes.public_key())


def test_the_picture_for_mails_is_a_png():
    assert codes.qr_png(codes.sign(TICKET, 101, "B12")).startswith(b"\x89PNG")


def test_the_qr_is_one_plain_drawing():
    svg = codes.qr_svg(codes.sign(TICKET, 101, "B12"))
    assert svg.startswith("<svg") and "<path" in svg and "script" not in svg
