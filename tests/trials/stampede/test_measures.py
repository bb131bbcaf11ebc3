"""Distributions read back what went in, and each hold is measured by the frame that shows it."""

import random

import pytest

from trials.stampede.frames import Delta
from trials.stampede.matching import FrameMatcher
from trials.stampede.measures import Distribution, Measures

INDEX = {"A1": 0, "A2": 1}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def matcher(clock):
    return FrameMatcher(Measures(clock))


def shows(seat, *arrivals):
    delta = Delta({"from": 1, "to": 2, "changes": {seat: "h"}}, INDEX)
    delta.arrivals.extend(arrivals)
    return delta


def test_quantiles_are_at_most_two_percent_off():
    values = sorted(random.Random(7).lognormvariate(-5, 1.5) for _ in range(5000))
    distribution = Distribution()
    for value in values:
        distribution.add(value)
    for share in (0.5, 0.95, 0.99):
        assert distribution.at(share) == pytest.approx(values[round(share * 5000) - 1], rel=0.021)
    assert distribution.figures()["max"] == round(values[-1] * 1000, 2)


def test_nothing_measured_is_none_and_not_zero():
    assert Distribution().figures() == {"count": 0, "mean": None, "p50": None, "p95": None, "p99": None, "max": None}


def test_a_hold_is_measured_at_every_viewer_of_the_sample(matcher, clock):
    matcher.note_grant("A1", 10.0)
    matcher.note_delta(shows("A1", 10.1, 10.3), 10.1)
    clock.now = 10.5
    matcher.settle(sample=2)
    assert matcher._measures.hold_to_frame.count == 2
    assert matcher._measures.hold_to_frame.largest == pytest.approx(0.3)


def test_it_waits_for_the_rest_of_the_sample_but_not_for_ever(matcher, clock):
    matcher.note_grant("A1", 10.0)
    matcher.note_delta(shows("A1", 10.1), 10.1)
    clock.now = 10.5
    matcher.settle(sample=2)
    assert matcher._measures.hold_to_frame.count == 0
    clock.now = 13.0
    matcher.settle(sample=2)
    assert matcher._measures.hold_to_frame.count == 1


def test_a_hold_given_back_within_its_window_is_counted_as_never_shown(matcher, clock):
    matcher.note_grant("A1", 10.0)
    matcher.note_grant("A1", 11.0)  # the next one's frame is not the first one's
    matcher.note_delta(shows("A1", 11.2), 11.2)
    clock.now = 20.0
    matcher.settle(sample=1)
    assert matcher._measures.unseen_holds == 1
    assert matcher._measures.hold_to_frame.largest == pytest.approx(0.2)


def test_an_earlier_frame_of_the_same_seat_measures_nothing(matcher, clock):
    matcher.note_delta(shows("A1", 9.9), 9.9)
    matcher.note_grant("A1", 10.0)
    clock.now = 20.0
    matcher.settle(sample=1)
    assert matcher._measures.hold_to_frame.count == 0
