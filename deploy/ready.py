"""`python deploy/ready.py`: whether the web process in this container is ready; 0 or 1, and what /readyz says.

For the container's health check, every few seconds, so it needs nothing but Python. The site answers to its own names
only, and takes a request for plain HTTP where a proxy says that it came by TLS.
"""

import http.client
import os
import sys

PORT = 8000
SECONDS = 5


def main() -> int:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else PORT, timeout=SECONDS
    )
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        answer = connection.getresponse()
        print(answer.read().decode())
        return 0 if answer.status == 200 else 1
    except OSError as error:
        print(f"no answer: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
