"""Amounts as people in India read them, and a tax in its two halves."""


def rupees(paise: int) -> str:
    """`₹1,23,456.70`: digits grouped as in India."""
    whole, rest = divmod(abs(paise), 100)
    digits = str(whole)
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return f"{'-' if paise < 0 else ''}₹{','.join([*groups, tail])}.{rest:02d}"


def halves(tax: int) -> tuple[int, int]:
    """The central and the state half (CGST, SGST) of a GST amount in paise; together they are the whole.

    Seat and cinema are in one state (admission is supplied where the show is, IGST Act 2017, section 12(7)), so both
    levy the same rate. An odd paisa is CGST's: it stands first on a bill, and one fixed rule lets every receipt be
    worked out again from the stored tax. For that reason the rule must never change; see `docs/decisions`.
    """
    state = tax // 2
    return tax - state, state
