"""The shows that rows use; `seeding` makes them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BenchShow:
    id: int
    seats: tuple[str, ...]


@dataclass(frozen=True)
class Shows:
    viewed: BenchShow  # the show that every viewer watches
    large: BenchShow  # 4,800 seats
    programme: tuple[BenchShow, ...]  # thirty shows of 120 seats each
    sold: tuple[BenchShow, ...]  # 1,200 seats each; every measurement of bookings takes one
