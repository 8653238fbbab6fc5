"""boto3 and moto made quick where tests spend their time; what they answer stays the same."""

from __future__ import annotations

import functools
import itertools
from collections import deque
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
import pytest
from botocore import endpoint_provider, parsers
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.loaders import Loader, create_loader
from botocore.useragent import UserAgentString
from moto import backend_index
from moto.backends import get_backend
from moto.core import responses, serialize
from moto.core.base_backend import BaseBackend
from moto.core.utils import method_names_from_class
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
    boto3.DEFAULT_SESSION = _session()
    return boto3.DEFAULT_SESSION


def _session() -> boto3.Session:
    base = botocore.session.get_session()
    base.register_component("data_loader", _loader())
    made = boto3.Session(botocore_session=base)
    paths = _loader().search_paths  # to which each session adds boto3's own
    paths[:] = dict.fromkeys(paths)
    return made


@functools.cache
def _founders() -> boto3.Session:
    return _session()


@functools.cache
def founder(service: str) -> Any:
    """The client by which every account of this process is set up: nobody's role and no trouble
    that a test orders reaches it. Ask for it inside of ``mock_aws``."""
    return _founders().client(service)  # type: ignore[call-overload]


_own_parts = SigV4Auth.canonical_request
_parse_timestamp = parsers.DEFAULT_TIMESTAMP_PARSER
_numbers = itertools.count(1)


def _nothing_to_sign(signer: SigV4Auth, request: Any) -> Any:
    """Of a request that is sent, moto reads who and where, and no signature. What is signed for
    others to send, a link or a form, is signed in full."""
    return "" if type(signer) in {SigV4Auth, S3SigV4Auth} else _own_parts(signer, request)


def _request_id(headers: dict[str, Any]) -> str:
    """Another for each answer, without drawing 52 letters."""
    headers["x-amzn-requestid"] = found = f"{next(_numbers):052}"
    return found


OFTEN = ("dynamodb", "sqs", "sns", "secretsmanager", "kms", "s3")
_patterns = sorted(
    backend_index.backend_url_patterns,
    key=lambda known: OFTEN.index(known[0]) if known[0] in OFTEN else len(OFTEN),
)


def moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """For as long as ``monkeypatch`` holds."""
    quick = {"json": AsItIs}
    monkeypatch.setitem(serialize.SERVICE_SPECIFIC_SERIALIZERS, "dynamodb", quick)
    monkeypatch.setattr(endpoint_provider, "RuleSet", _rule_set)
    # Every item that was ever read would stay in this list for as long as the process lives.
    monkeypatch.setattr(Item, "instances_tracked", deque[Item](maxlen=0))
    # S3's own would load its table of addresses anew for every single call.
    monkeypatch.setattr(S3Backend, "_url_module", BaseBackend._url_module)
    # A request finds its service in a list of hundreds: those that we call stand first.
    monkeypatch.setattr(backend_index, "backend_url_patterns", _patterns)
    # What is made anew for each of the three hundred calls of a night, and never looked at.
    monkeypatch.setattr(UserAgentString, "to_string", lambda _: "tests")
    monkeypatch.setattr(SigV4Auth, "canonical_request", _nothing_to_sign)
    monkeypatch.setattr(responses, "gen_amzn_requestid_long", _request_id)
    # What is the same each time: when an object was written, which methods a class has.
    once = functools.lru_cache(maxsize=4096, typed=True)(_parse_timestamp)
    monkeypatch.setattr(parsers, "DEFAULT_TIMESTAMP_PARSER", once)
    methods = functools.cache(method_names_from_class)
    monkeypatch.setattr(responses, "method_names_from_class", methods)


def expire(bucket: str, is_old: Callable[[str], bool]) -> None:
    """What a lifecycle rule does, without a trace: moto looks at every key for every listing."""
    keys = get_backend("s3")[ACCOUNT]["aws"].buckets[bucket].keys
    for key in [key for key in keys if is_old(key)]:
        keys.pop(key)
