"""The process one Lambda function runs in: JSON lines in, JSON lines out.

Started by ministack with an interpreter that has boto3 and nothing else, as Lambda's runtime has;
so this file imports the standard library only. It follows the line protocol and the structure of
ministack's bundled worker script, (c) 2026 MiniStack Contributors, MIT licence.

Three things differ. An exception of the handler is an answer under ``__failed__`` with the name of
its class, as Lambda reports it (``errorType``), and the process stays warm. And the ``python``
folder of a layer may hold ``.pth`` files, so that a layer need not be copied for every process.

It ends with its engine, in the middle of a call too: a function whose engine was killed would go
on, and write into the engine that is started next on the same port.
"""

import importlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any, TextIO


def layer_paths(layers: str) -> list[str]:
    """What to put on the path for the layers in ``layers``, separated like PATH."""
    found: list[str] = []
    for layer in filter(None, layers.split(os.pathsep)):
        python = Path(layer) / "python"
        for pointer in sorted(python.glob("*.pth")):
            found += pointer.read_text(encoding="utf-8").splitlines()
        found.append(str(python))
    return found


def context_of(init: dict[str, Any], call: dict[str, Any]) -> Any:
    """Lambda's context object, as far as anybody uses it."""
    deadline = time.time() + float(os.environ.get("_LAMBDA_TIMEOUT", "3"))
    return SimpleNamespace(
        function_name=init["function_name"],
        function_version=os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        memory_limit_in_mb=init["memory"],
        invoked_function_arn=call.get("invoked_function_arn", init["arn"]),
        aws_request_id=call.get("request_id", ""),
        log_group_name=f"/aws/lambda/{init['function_name']}",
        log_stream_name=os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME", ""),
        identity=None,
        client_context=None,
        get_remaining_time_in_millis=lambda: max(0, int((deadline - time.time()) * 1000)),
    )


def failure(exc: Exception, request_id: str) -> dict[str, Any]:
    """The error document of Lambda's Python runtime; it goes to the log as well, as there."""
    below_us = exc.__traceback__.tb_next if exc.__traceback__ else None
    trace = traceback.format_tb(below_us)
    sys.stderr.write(f"[ERROR] {type(exc).__name__}: {exc}\nTraceback (most recent call last):\n")
    sys.stderr.writelines(trace)
    return {
        "errorMessage": str(exc),
        "errorType": type(exc).__name__,
        "requestId": request_id,
        "stackTrace": trace,
    }


def tell(out: TextIO, **answer: Any) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()


def calls() -> Iterator[str]:
    """Each line of standard input, read by a thread of its own: its end is that of the process."""
    lines: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield lines.get()


def run() -> None:
    # The answers go to the real standard output; whatever a handler prints goes to its log.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    init = json.loads(sys.stdin.readline())
    os.environ.update(init.get("env", {}))
    sys.path[:1] = [init["code_dir"], *layer_paths(os.environ.get("_LAMBDA_LAYERS_DIRS", ""))]
    try:
        handler = getattr(importlib.import_module(init["module"]), init["handler"])
    except Exception as exc:  # noqa: BLE001 - whatever breaks an import must be told, not lost
        traceback.print_exc()
        tell(out, status="error", error=f"{type(exc).__name__}: {exc}")
        return
    tell(out, status="ready", cold=True)
    for line in calls():
        message = json.loads(line)
        call = message.get("ctx") or {}
        try:
            result = handler(message["event"], context_of(init, call))
            tell(out, status="ok", result=result)
        except Exception as exc:  # noqa: BLE001 - as Lambda's runtime does
            failed = failure(exc, call.get("request_id", ""))
            tell(out, status="ok", result={"__failed__": failed})


if __name__ == "__main__":
    run()
