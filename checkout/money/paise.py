"""Amounts as people in India read them, and parts of amounts."""


def rupees(paise: int, *, whole: bool = False, minus: str = "-") -> str:
    """`₹1,23,456.70`: digits grouped as in India. With `whole`, rupees without paise are `₹1,23,456`."""
    amount, rest = divmod(abs(paise), 100)
    digits = str(amount)
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    decimals = "" if whole and not rest else f".{rest:02d}"
    return f"{minus if paise < 0 else ''}₹{','.join([*groups, tail])}{decimals}"


def percent_of(amount: int, percent: int) -> int:
    """Paise, rounded half up."""
    return (amount * percent + 50) // 100
