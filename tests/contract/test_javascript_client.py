"""Microsoft's JavaScript client, whose own tests run in Node: see js/graph.test.js."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.contract.fake import Fake

HERE = Path(__file__).parent / "js"


def test_the_javascript_client_is_content(fake: Fake) -> None:
    """Node has to bring a test for each line of its report, and none of them may fail."""
    node = shutil.which("node")
    assert node is not None, "Node.js 20 or newer is needed"
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", "."],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ
        | {
            "NODE_EXTRA_CA_CERTS": str(fake.certificate),
            "GRAPH_URL": fake.url,
            "GRAPH_TENANT": fake.tenant_id,
            "GRAPH_CLIENT": fake.client_id,
            "GRAPH_SECRET": fake.client_secret,
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
    assert "# pass 0" not in done.stdout
