"""The image's health check: does this process answer at /sante/ ? Exit code 0 when it does, 1 when it does not.

It speaks under a name that the portal accepts: any other is refused, whoever asks.
"""

from __future__ import annotations

import http.client
import os
import sys

PATH = "/sante/"


def main() -> int:
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=4)
    try:
        connection.request("GET", PATH, headers={"Host": name if name not in {"", "*"} else "127.0.0.1"})
        return int(connection.getresponse().status != 200)
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
