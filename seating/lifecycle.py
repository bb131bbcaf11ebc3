"""Whether this process is stopping: set once by the server, read by the sockets and by `/readyz`."""

_stopping = False


def begin_stopping() -> None:
    global _stopping
    _stopping = True


def is_stopping() -> bool:
    return _stopping
