"""``python -m local.fakes.sample_tool --port N --platform URL``: serve the tool on loopback."""

from __future__ import annotations

import argparse

import uvicorn

from local.fakes.sample_tool import CLIENTS
from local.fakes.sample_tool.app import create_app
from local.fakes.sample_tool.lti import Tool

HOST = "127.0.0.1"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.fakes.sample_tool")
    parser.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    parser.add_argument("--platform", required=True, help="the launcher's address")
    options = parser.parse_args()
    tool = Tool(f"http://{HOST}:{options.port}", options.platform, CLIENTS)
    uvicorn.run(
        create_app(tool), host=HOST, port=options.port, access_log=False, log_level="warning"
    )


if __name__ == "__main__":
    main()
