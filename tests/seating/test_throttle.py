"""A bounded share of the core for fan-out, and nothing to wait for while there is little to do."""

from seating.throttle import Throttle


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_a_quiet_process_never_waits():
    throttle = Throttle(clock=Clock())
    assert throttle.wait() == 0


def test_after_a_broadcast_the_next_waits_as_long_as_it_cost():
    clock = Clock()
    throttle = Throttle(share=0.5, clock=clock)
    throttle.spent(0.03)
    assert abs(throttle.wait() - 0.03) < 1e-9
    clock.now += 0.04
    assert throttle.wait() == 0


def test_several_shows_share_what_there_is():
    clock = Clock()
    throttle = Throttle(share=0.5, clock=clock)
    throttle.spent(0.02)
    throttle.spent(0.02)
    assert abs(throttle.wait() - 0.04) < 1e-9


def test_over_a_long_time_the_share_is_kept():
    clock = Clock()
    throttle = Throttle(share=0.5, clock=clock)
    busy = 0.0
    while clock.now < 110:
        if throttle.wait() == 0:
            clock.now += 0.024  # what a broadcast to two thousand viewers costs
            busy += 0.024
            throttle.spent(0.024)
        else:
            clock.now += throttle.wait()
    assert busy / 10 <= 0.51
