"""Amounts as people in India read them, and parts of amounts."""


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


def percent_of(amount: int, percent: int) -> int:
    """Paise, rounded half up."""
    return (amount * percent + 50) // 100
