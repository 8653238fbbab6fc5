"""How Entra refuses: an OAuth error word, an AADSTS number and a sentence."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from local.fakes.tenant.answers import Answer

LOGIN = "https://login.microsoftonline.com"
NOT_STORED = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


class Refused(Exception):
    """A token is refused: OAuth ``error`` word, AADSTS number, text, HTTP status."""

    def __init__(self, error: str, number: int, text: str, status: int = 400) -> None:
        super().__init__(f"AADSTS{number}")
        self.error, self.number, self.text, self.status = error, number, text, status

    @property
    def sentence(self) -> str:
        return f"AADSTS{self.number}: {self.text}"

    def answer(self, now: float) -> Answer:
        moment = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        description = (
            f"{self.sentence} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {moment}"
        )
        return Answer(
            self.status,
            {
                "error": self.error,
                "error_description": description,
                "error_codes": [self.number],
                "timestamp": moment,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": f"{LOGIN}/error?code={self.number}",
            },
        )
