"""Processes that end when the one that started them is gone, however it ended, by `kill -9` too.

On Linux the kernel sees to it. Elsewhere a shell waits at a pipe whose other end only we hold, and is sent away as
soon as the process has ended by itself: a number may be another process's later.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

KERNEL_DOES_IT = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1  # prctl(2)
GUARD = 'read -r nothing; kill -"$1" "$2"'


def end_with_parent(sig: int = signal.SIGTERM) -> Callable[[], None] | None:
    """For `preexec_fn`: the kernel sends `sig` to the child when we die; None where the kernel cannot.

    "We" is the thread that starts the child: it must live as long as the child should.
    """
    if not KERNEL_DOES_IT:
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def in_the_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(sig))
        if os.getppid() != parent:  # it died before the kernel knew
            os._exit(1)

    return in_the_child


def follow_parent(sig: int = signal.SIGKILL) -> None:
    """This process itself gets `sig` when the thread that started it ends. Nothing happens where the kernel cannot."""
    if KERNEL_DOES_IT:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(sig))


class EndsWithUs(subprocess.Popen[bytes]):
    """`subprocess.Popen` whose process gets `end_signal` when we are gone; `guarded`: from a shell, not the kernel."""

    def __init__(
        self, command: list[str], *, end_signal: int = signal.SIGTERM, guarded: bool | None = None, **options: Any
    ) -> None:
        self._guard: subprocess.Popen[bytes] | None = None
        guarded = not KERNEL_DOES_IT if guarded is None else guarded
        super().__init__(command, preexec_fn=None if guarded else end_with_parent(end_signal), **options)
        if guarded:
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", GUARD, "sh", str(int(end_signal)), str(self.pid)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is not meant for it
            )

    def poll(self) -> int | None:
        code = super().poll()
        if code is not None:
            self._dismiss_guard()
        return code

    def wait(self, timeout: float | None = None) -> int:
        code = super().wait(timeout)
        self._dismiss_guard()
        return code

    def _dismiss_guard(self) -> None:
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None
