"""``python -m local.tenant --port N --home DIR``"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.tenant.hosting import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.tenant", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    parser.add_argument("--home", type=Path, required=True, help="state is kept in HOME/tenant")
    options = parser.parse_args()
    return run(options.port, options.home)


if __name__ == "__main__":
    sys.exit(main())
