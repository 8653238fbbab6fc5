"""``python -m local.fakes.tenant --port N --home DIR [--https]``"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.fakes.tenant.hosting import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.fakes.tenant", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    parser.add_argument("--home", type=Path, required=True, help="state is kept in HOME/tenant")
    parser.add_argument(
        "--https", action="store_true", help="with a certificate of its own, HOME/certificate.pem"
    )
    options = parser.parse_args()
    return run(options.port, options.home, https=options.https)


if __name__ == "__main__":
    sys.exit(main())
