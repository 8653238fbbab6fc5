"""Does what the input says, so that a test sees how the engine takes it."""

import importlib.util
import os
import time
from typing import Any

import boto3
from inlayer.errors import TryLater  # type: ignore[import-not-found]


class Broken(Exception):
    pass


def touch(what: str) -> None:
    """The role allows to keep, not to trespass."""
    if what == "keep":
        boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key="kept", Body=b"")
    else:
        key = {"pk": {"S": "anything"}}
        boto3.client("dynamodb").get_item(TableName=os.environ["TABLE"], Key=key)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    wish = event["input"]
    answer = {
        "items": wish.get("items", 0),
        "retries": event["retries"],
        "pid": os.getpid(),
        "function": context.function_name,
    }
    match wish.get("act", "upload"):
        case "see":
            modules = ("boto3", "inlayer", "ministack", "yaml", "local", "kakehashi")
            found = [name for name in modules if importlib.util.find_spec(name)]
            return answer | {"found": found, "environment": sorted(os.environ)}
        case "later" if event["retries"] < wish["until"]:
            raise TryLater("busy")
        case "break":
            raise Broken("made to")
        case "die":
            os._exit(1)
        case "keep" | "trespass" as what:
            touch(what)
        case "sleep":
            time.sleep(wish["seconds"])
        case "upload":
            found = wish["detail"]["object"]
            body = (
                boto3.client("s3")
                .get_object(
                    Bucket=wish["detail"]["bucket"]["name"],
                    Key=found["key"],
                    VersionId=found["version-id"],
                )["Body"]
                .read()
            )
            kept = f"{found['version-id']}"
            boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=kept, Body=body)
    return answer
