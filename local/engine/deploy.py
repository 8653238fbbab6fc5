"""Puts template.yaml into the engine: what `aws cloudformation package` and `deploy` do for AWS.

Code goes to a bucket under keys made of its content, so an unchanged function stays as it is. The
layer is a pointer: its folder holds a ``.pth`` file that names the installed dependencies and a
compiled copy of the package, so that seven processes need not unpack 60 MB each.
"""

from __future__ import annotations

import hashlib
import io
import json
import py_compile
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import ClientError, WaiterError

ARTIFACTS = "kakehashi-artifacts"
EPOCH = (1980, 1, 1, 0, 0, 0)


class NotDeployed(Exception):
    """CloudFormation did not accept the template; the text names resources and reasons."""


class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: ``!Ref x`` is {"Ref": x}, and a date stays a text."""


def _intrinsic(loader: yaml.Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _intrinsic)
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_template(text: str) -> dict[str, Any]:
    """A CloudFormation template in its long form."""
    return dict(yaml.load(text, Loader=_Loader))  # noqa: S506 - a SafeLoader with one more tag


@dataclass(frozen=True, slots=True)
class Project:
    """Where the parts lie: ``template`` beside its functions, and the layer's dependencies."""

    template: Path
    dependencies: Path

    @property
    def root(self) -> Path:
        return self.template.parent


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files, whenever they were made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), files[name])
    return out.getvalue()


def sources(folder: Path) -> dict[str, bytes]:
    """All files below ``folder`` by relative name, without what Python compiled."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def layer_pointer(layer: Path, dependencies: Path, kept: Path) -> bytes:
    """A layer whose code lies in ``kept``: compiled once, named by its content."""
    files = {n: body for n, body in sources(layer).items() if n != "requirements.txt"}
    digest = hashlib.sha256(zipped(files)).hexdigest()[:16]
    place = kept / digest
    if not place.exists():
        unfinished = kept / f"{digest}.part"
        shutil.rmtree(unfinished, ignore_errors=True)
        for name, body in files.items():
            target = unfinished / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(body)
            if name.endswith(".py"):
                py_compile.compile(
                    str(target),
                    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
                )
        unfinished.rename(place)
    pointer = f"{place}\n{dependencies}\n"
    return zipped({"python/kakehashi.pth": pointer.encode()})


def package(project: Project, put: Callable[[bytes, str], dict[str, str]], kept: Path) -> str:
    """The template with local paths replaced by places in a bucket; ``put`` uploads."""
    template = read_template(project.template.read_text(encoding="utf-8"))
    for kind, properties in _resources(template):
        if kind == "AWS::Serverless::Function":
            code = sources(project.root / properties["CodeUri"])
            properties["CodeUri"] = put(zipped(code), ".zip")
        elif kind == "AWS::Serverless::LayerVersion":
            layer = project.root / properties["ContentUri"]
            pointer = layer_pointer(layer, project.dependencies, kept)
            properties["ContentUri"] = put(pointer, ".zip")
        elif kind == "AWS::Serverless::StateMachine":
            asl = yaml.safe_load((project.root / properties["DefinitionUri"]).read_bytes())
            definition = json.dumps(asl, ensure_ascii=False, sort_keys=True).encode()
            properties["DefinitionUri"] = put(definition, ".json")
    return json.dumps(template, ensure_ascii=False)


def fingerprint(project: Project, parameters: Mapping[str, str], kept: Path) -> str:
    """Differs as soon as a deployment of ``project`` would: template, code, layer or parameters."""

    def named(body: bytes, suffix: str) -> dict[str, str]:
        return {"Bucket": ARTIFACTS, "Key": _key(body, suffix)}

    whole = package(project, named, kept) + json.dumps(dict(parameters), sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def _key(body: bytes, suffix: str) -> str:
    return hashlib.sha256(body).hexdigest()[:32] + suffix


def _resources(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in template["Resources"].values():
        yield resource["Type"], resource.get("Properties", {})


def deploy(
    client: Callable[[str], Any],
    project: Project,
    stack: str,
    parameters: Mapping[str, str],
    kept: Path,
) -> dict[str, str]:
    """Create or update ``stack`` and return its outputs. Raises NotDeployed."""
    s3 = client("s3")
    if ARTIFACTS not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        place = {"LocationConstraint": s3.meta.region_name}
        s3.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration=place)

    def put(body: bytes, suffix: str) -> dict[str, str]:
        key = _key(body, suffix)
        s3.put_object(Bucket=ARTIFACTS, Key=key, Body=body)
        return {"Bucket": ARTIFACTS, "Key": key}

    template = package(project, put, kept)
    cloudformation = client("cloudformation")
    request = {
        "StackName": stack,
        "TemplateURL": _template_url(s3, put(template.encode(), ".template")),
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    _create_or_update(cloudformation, stack, request)
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    return {o["OutputKey"]: o["OutputValue"] for o in found.get("Outputs", [])}


def _template_url(s3: Any, place: Mapping[str, str]) -> str:
    return f"{s3.meta.endpoint_url}/{place['Bucket']}/{place['Key']}"


def _create_or_update(cloudformation: Any, stack: str, request: Mapping[str, Any]) -> None:
    try:
        exists = bool(cloudformation.describe_stacks(StackName=stack)["Stacks"])
    except ClientError:
        exists = False
    wish = "update" if exists else "create"
    try:
        getattr(cloudformation, f"{wish}_stack")(**request)
    except ClientError as exc:
        if "No updates are to be performed" in str(exc):
            return
        raise NotDeployed(str(exc)) from exc
    waiter = cloudformation.get_waiter(f"stack_{wish}_complete")
    try:
        waiter.wait(StackName=stack, WaiterConfig={"Delay": 0.2, "MaxAttempts": 600})
    except WaiterError as exc:
        raise NotDeployed(_reasons(cloudformation, stack)) from exc


def _reasons(cloudformation: Any, stack: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    failed = (e for e in events if e["ResourceStatus"].endswith("_FAILED"))
    return "; ".join(f"{e['LogicalResourceId']}: {e.get('ResourceStatusReason')}" for e in failed)
