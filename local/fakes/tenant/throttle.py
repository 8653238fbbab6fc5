"""Graph's throttling for identity calls: token buckets, and the headers that announce them.

Documented: 8,000 resource units per 10 s and 3,000 writes per 150 s for one application in one
tenant, 18,000 writes per 300 s for the tenant as a whole. A refused call is charged too, so
hammering makes the wait longer. How large a burst Graph allows is not documented: ``full_at_start``
False begins with empty buckets.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from local.fakes.tenant.answers import throttled
from local.fakes.tenant.settings import Limits

WARN_FROM, MOST = 0.8, 1.8


@dataclass(slots=True)
class Bucket:
    """``capacity`` tokens come back within ``seconds``; ``drain`` a second go to others."""

    name: str
    capacity: float
    seconds: float
    drain: float
    level: float
    at: float

    def take(self, cost: float, now: float) -> bool:
        """Charge, and tell whether there was enough. The debt is bounded by the capacity."""
        gained = (now - self.at) * (self.capacity / self.seconds - self.drain)
        self.level = min(self.capacity, self.level + max(0.0, gained))
        self.at = now
        enough = self.level >= cost
        self.level = max(-self.capacity, self.level - cost)
        return enough

    @property
    def wait(self) -> int:
        """Seconds until the debt is paid and one more call fits; at least one."""
        rate = max(self.capacity / self.seconds - self.drain, 0.001)
        return max(1, math.ceil((1 - self.level) / rate))

    @property
    def share(self) -> float:
        return 1 - self.level / self.capacity


class Throttle:
    def __init__(self, limits: Limits, now: float) -> None:
        self.limits = limits
        self._started = now
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def charge(
        self, app: str, tenant_id: str, *, units: int, writes: int, now: float
    ) -> dict[str, str]:
        """Charge one call; the answer's headers. Raises GraphError 429 with Retry-After."""
        headers = {"x-ms-resource-unit": str(units)}
        if not self.limits.on:
            return headers
        buckets = [(self._bucket(app, "ResourceUnit"), units)]
        if writes:
            buckets += [(self._bucket(app, "Write"), writes), (self._bucket("", "Write"), writes)]
        short = [bucket for bucket, cost in buckets if not bucket.take(cost, now)]
        fullest = max(bucket.share for bucket, _ in buckets)
        if fullest >= WARN_FROM:
            headers["x-ms-throttle-limit-percentage"] = f"{min(fullest, MOST):.2f}"
        if short:
            scope = "Tenant_Application" if self._owned(short[0], app) else "Tenant"
            headers |= {
                "x-ms-throttle-scope": f"{scope}/{short[0].name}/{app}/{tenant_id}",
                "x-ms-throttle-information": f"{short[0].name}LimitExceeded",
            }
            raise throttled(max(bucket.wait for bucket in short), headers)
        return headers

    def spend(self, name: str, of: str, a_second: int, now: float) -> None:
        """One call of a service that counts by the second. Raises GraphError 429."""
        if not self.limits.on:
            return
        bucket = self._buckets.setdefault(
            (of, name), Bucket(name, float(a_second), 1.0, 0.0, float(a_second), now)
        )
        if not bucket.take(1, now):
            raise throttled(bucket.wait)

    def _owned(self, bucket: Bucket, app: str) -> bool:
        return self._buckets.get((app, bucket.name)) is bucket

    def _bucket(self, app: str, name: str) -> Bucket:
        """``app`` "" stands for the tenant as a whole."""
        key = (app, name)
        if key not in self._buckets:
            self._buckets[key] = self._fresh(app, name)
        return self._buckets[key]

    def _fresh(self, app: str, name: str) -> Bucket:
        limits = self.limits
        capacity, seconds, drain = {
            "ResourceUnit": (limits.units, limits.units_seconds, 0.0),
            "Write": (limits.writes, limits.writes_seconds, 0.0),
        }[name]
        if not app:
            capacity, seconds = limits.tenant_writes, limits.tenant_writes_seconds
            drain = limits.others_writes_per_second
        level = float(capacity) if limits.full_at_start else 0.0
        return Bucket(name, capacity, seconds, drain, level, self._started)
