"""The engine's whole environment, which is also that of the functions it starts."""

from __future__ import annotations

import os
from pathlib import Path

REGION = "ap-northeast-1"
ACCOUNT = "000000000000"
IDENTITY = "/_kakehashi"  # the path under which an engine says whose it is
SERVICES = (
    "cloudformation", "dynamodb", "events", "iam", "kms", "lambda", "logs", "monitoring", "s3",
    "secretsmanager", "sns", "sqs", "ssm", "states", "sts",
)  # fmt: skip


def environment(home: Path, port: int) -> dict[str, str]:
    """Nothing is inherited but PATH, so no real credential and no proxy can get in."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        # what a function's boto3 needs to reach this engine and nothing else
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": ACCOUNT,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # ministack
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "SERVICES": ",".join(SERVICES),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        "LOG_LEVEL": "WARNING",
        "AUTH": "true",  # the roles of the template count, as in AWS
    }
