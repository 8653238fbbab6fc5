"""What many tests begin with, lived once a process: an account and its tenant as they stood.

>>> board = afterwards(nights, a_quiet_night)   # doctest: +SKIP

The first test that asks lives through ``a_quiet_night(nights)``; every later one finds the objects,
items and messages that it left, the tenant, the clock, what the functions have said and the
result. What is put back is a copy, so that no test sees what another one did.
"""

from __future__ import annotations

import copy
import io
import pickle
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto import backends
from moto.core.base_backend import BackendDict, BaseBackend

from tests.nights import BUCKETS, Nights
from tests.quick import ACCOUNT

REGION = "ap-northeast-1"


@dataclass(frozen=True)
class Image:
    account: bytes  # buckets, table and queues of the city, pickled
    tables: dict[str, Any]  # the tenant's
    settings: dict[str, Any]
    clock: datetime
    count: int
    said: str
    result: bytes

    @classmethod
    def of(cls, nights: Nights, result: object) -> Image:
        tenant = nights.inside
        return cls(
            _pickled([shelf[name] for shelf, name in _shelves(nights)]),
            copy.deepcopy(tenant.directory.tables),
            tenant.settings.model_dump(),
            nights.clock,
            nights.count,
            nights.lambdas.said.getvalue(),
            _pickled(result),
        )

    def put_back(self, nights: Nights) -> Any:
        for (shelf, name), thing in zip(_shelves(nights), _unpickled(self.account), strict=True):
            shelf[name] = thing
        nights.inside.configure(self.settings)
        nights.inside.replace(copy.deepcopy(self.tables))
        nights.clock, nights.count = self.clock, self.count
        nights.lambdas.said.write(self.said)
        return _unpickled(self.result)


_images: dict[Callable[[Nights], Any], Image] = {}


def afterwards[T](nights: Nights, lived: Callable[[Nights], T]) -> T:
    """What ``lived`` returns, and ``nights`` as it leaves them.

    ``lived`` is a function of a module, and its result knows neither ``nights`` nor a client.
    ``nights`` may be as another one left them, the same for every test.
    """
    if lived in _images:
        found: T = _images[lived].put_back(nights)
        return found
    result = lived(nights)
    _images[lived] = Image.of(nights, result)
    return result


def _backend(service: str, region: str) -> Any:
    found: BackendDict[Any] = backends.get_backend(service)  # type: ignore[call-overload]
    return found[ACCOUNT][region]


def _shelves(nights: Nights) -> Iterator[tuple[dict[str, Any], str]]:
    """Where moto keeps what is this city's, and under which name; of others, nothing."""
    names = nights.names
    for bucket in BUCKETS:
        yield _backend("s3", "aws").buckets, names[bucket]
    yield _backend("dynamodb", REGION).tables, names["TABLE"]
    for url in (names["DEAD_LETTERS_URL"], names["MAILS_URL"]):
        yield _backend("sqs", REGION).queues, url.rpartition("/")[2]


class _Pickler(pickle.Pickler):
    """moto's own things: backends stay who they are, locks are made anew."""

    def persistent_id(self, obj: object) -> tuple[str, str] | None:
        if isinstance(obj, BaseBackend):
            return type(obj).__module__.split(".")[1], obj.region_name
        return None

    def reducer_override(self, obj: object) -> Any:
        return (threading.Condition, ()) if isinstance(obj, threading.Condition) else NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: tuple[str, str]) -> BaseBackend:
        service, region = pid
        found: BaseBackend = _backend(service, region)
        return found


def _pickled(value: object) -> bytes:
    file = io.BytesIO()
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(value)
    return file.getvalue()


def _unpickled(data: bytes) -> Any:
    return _Unpickler(io.BytesIO(data)).load()
