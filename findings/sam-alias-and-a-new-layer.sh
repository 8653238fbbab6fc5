#!/usr/bin/env bash
# SAM's AutoPublishAlias, where a function's code lies in a layer.
#
# Guess: with AutoPublishAliasAllProperties every change of what the function runs publishes a new
#        version, a new layer among them; whoever calls the alias, or a version, runs today's code.
# Seen:  the layer is replaced (its logical id carries a hash of its content), and the version keeps
#        the logical id that it had: CloudFormation leaves it as it is, and the alias goes on
#        pointing at a version with the old layer. A change of the function itself, its memory,
#        does publish one.
# So:    a state machine must not call an alias or a version of a function whose code is a layer's;
#        it calls the function, and each stage reads what the release before has written.
set -euo pipefail
TRANSLATOR=1.115.0

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v && v/bin/pip install -q --disable-pip-version-check "aws-sam-translator==$TRANSLATOR"
cat >translate.py <<'PY'
import os
from samtranslator.translator.transform import transform
from samtranslator.parser.parser import Parser

os.environ["AWS_DEFAULT_REGION"] = "ap-northeast-1"


def made(layer: str, memory: int) -> dict[str, str]:
    """Logical ids of the layer's and the function's versions."""
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Code": {
                "Type": "AWS::Serverless::LayerVersion",
                "Properties": {"ContentUri": f"s3://bucket/{layer}.zip"},
            },
            "Stage": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": "python3.13", "Handler": "app.handler", "MemorySize": memory,
                    "CodeUri": "s3://bucket/handler.zip", "Layers": [{"Ref": "Code"}],
                    "AutoPublishAlias": "live", "AutoPublishAliasAllProperties": True,
                },
            },
        },
    }

    class NoPolicies:
        def load(self):
            return {}

    resources = transform(template, {}, NoPolicies())["Resources"]
    kinds = {"AWS::Lambda::LayerVersion": "layer", "AWS::Lambda::Version": "version"}
    return {kinds[r["Type"]]: name for name, r in resources.items() if r["Type"] in kinds}


first, layered, grown = made("one", 512), made("two", 512), made("one", 1024)
for name, other in (("a new layer", layered), ("more memory", grown)):
    for kind in ("layer", "version"):
        print(f"{name}: {kind}", "replaced" if first[kind] != other[kind] else "kept")
PY
v/bin/python translate.py >seen.txt
cat >known.txt <<'TXT'
a new layer: layer replaced
a new layer: version kept
more memory: layer kept
more memory: version replaced
TXT
echo "aws-sam-translator $TRANSLATOR"
echo "guess: a new layer publishes a new version of the function"
cat seen.txt
diff known.txt seen.txt
