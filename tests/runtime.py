"""The boto3 of Lambda's runtime, which is older than ours, asked what it knows of a call.

AWS tells nobody which version a runtime has. ``.venv-lambda`` holds one from before python3.13 came
to Lambda (requirements/lambda.txt), so what that knows every runtime knows. The functions of the
embedded stack run with it; in this process each of their calls is held against its models.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape

DATA = Path(__file__).parents[1] / ".venv-lambda/lib/python3.13/site-packages/botocore/data"
AS_IT_IS = "AttributeValue"  # of DynamoDB: boto3's resources take plain values in its place


@cache
def service(name: str) -> ServiceModel:
    loader = Loader(extra_search_paths=[str(DATA)], include_default_search_paths=False)
    return ServiceModel(loader.load_service_model(name, "service-2"), name)


def unknown(model: OperationModel, params: Mapping[str, Any]) -> list[str]:
    """What of a call of today's boto3 the runtime's would refuse: operation and parameters."""
    old = service(model.service_model.service_name)
    if model.name not in old.operation_names:
        return [model.name]
    shape = old.operation_model(model.name).input_shape
    return list(_unknown(shape, params, model.name)) if shape else list(params)


def _unknown(shape: Shape, value: Any, where: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and shape.name != AS_IT_IS and isinstance(value, Mapping):
        for name, inner in value.items():
            if name in shape.members:
                yield from _unknown(shape.members[name], inner, f"{where}.{name}")
            else:
                yield f"{where}.{name}"
    elif isinstance(shape, ListShape) and isinstance(value, list | tuple):
        for inner in value:
            yield from _unknown(shape.member, inner, where)
