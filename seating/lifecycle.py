"""Whether this process is on its way out: set once by the server that was told to stop, read by whoever answers."""

_stopping = False


def begin_stopping() -> None:
    global _stopping
    _stopping = True


def is_stopping() -> bool:
    return _stopping
