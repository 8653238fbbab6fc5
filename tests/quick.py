"""boto3 and moto made quick where tests spend their time; what they answer stays the same."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
import pytest
from botocore import endpoint_provider
from botocore.loaders import Loader, create_loader
from moto.backends import get_backend
from moto.core import serialize
from moto.core.base_backend import BaseBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.s3.models import S3Backend

ACCOUNT = "123456789012"  # moto's
READS = {"GetItem", "BatchGetItem", "Query", "Scan"}


class AsItIs(serialize.JSONSerializer):
    """DynamoDB's answers as moto has them: spelled right already, and full of attributes.

    The general serializer tries half a dozen spellings for every key of every item, which takes
    two thirds of the time of a night.
    """

    def _serialize_result(
        self, resp: serialize.ResponseDict, result: Any
    ) -> serialize.ResponseDict:
        if self.operation_name not in READS:
            return super()._serialize_result(resp, result)
        return self._serialized_result_to_response(resp, result, None, _bare(result))


def _bare(value: Any) -> Any:
    """``value`` as JSON writes it: moto's kinds of item and attribute know how they are told."""
    if isinstance(value, dict):
        return {key: _bare(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [_bare(part) for part in value]
    return _bare(value.to_json()) if hasattr(value, "to_json") else value


@functools.cache
def _loader() -> Loader:
    """What botocore reads from its data files, once for all sessions: they are megabytes."""
    return create_loader()


_rule_sets: dict[int, tuple[Any, endpoint_provider.RuleSet]] = {}
_RuleSet = endpoint_provider.RuleSet


def _rule_set(**data: Any) -> endpoint_provider.RuleSet:
    """A service's endpoint rules, read once for all clients; they are the loader's, so they stay.

    The data lies beside what was made of it, so that no other can get its ``id``.
    """
    rules = data["rules"]
    if id(rules) not in _rule_sets:
        _rule_sets[id(rules)] = rules, _RuleSet(**data)
    return _rule_sets[id(rules)][1]


def session() -> boto3.Session:
    """A new default session of boto3, with handlers of its own and everybody's data."""
    base = botocore.session.get_session()
    base.register_component("data_loader", _loader())
    boto3.setup_default_session(botocore_session=base)
    paths = _loader().search_paths  # to which each session adds boto3's own
    paths[:] = dict.fromkeys(paths)
    assert boto3.DEFAULT_SESSION is not None
    return boto3.DEFAULT_SESSION


def moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """For as long as ``monkeypatch`` holds."""
    quick = {"json": AsItIs}
    monkeypatch.setitem(serialize.SERVICE_SPECIFIC_SERIALIZERS, "dynamodb", quick)
    monkeypatch.setattr(endpoint_provider, "RuleSet", _rule_set)
    # Every item that was ever read would stay in this list for as long as the process lives.
    monkeypatch.setattr(Item, "instances_tracked", deque[Item](maxlen=0))
    # S3's own would load its table of addresses anew for every single call.
    monkeypatch.setattr(S3Backend, "_url_module", BaseBackend._url_module)


def expire(bucket: str, is_old: Callable[[str], bool]) -> None:
    """What a lifecycle rule does, without a trace: moto looks at every key for every listing."""
    keys = get_backend("s3")[ACCOUNT]["aws"].buckets[bucket].keys
    for key in [key for key in keys if is_old(key)]:
        keys.pop(key)
