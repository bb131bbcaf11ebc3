"""Our own server under cProfile: `python -m trials.bench.servers.profiled FILE daphne-options…`; SIGTERM writes FILE.

It shows where the time goes, not how much: the profiler makes every call several times slower.
"""

import cProfile
import pstats
import sys
from pathlib import Path


def main() -> None:
    target, options = Path(sys.argv[1]), sys.argv[2:]
    from config.server.live_server import LiveCommandLine

    profile = cProfile.Profile()
    try:
        profile.runcall(LiveCommandLine().run, options)
    finally:
        with target.open("w") as out:
            pstats.Stats(profile, stream=out).sort_stats("tottime").print_stats(50)


if __name__ == "__main__":
    main()
