"""The templates against rules of AWS CloudFormation Guard that somebody else keeps.

    CFN_GUARD_RULES=FOLDER make secure      or: python -m local.guard FOLDER

Guard knows no SAM, so template.yaml is translated first, as the deployment does it. The command
``cfn-guard`` must be installed: AWS's npm package @cdklabs/cdk-validator-cfnguard brings it, with
the rules of Control Tower.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from local.engine.deploy import read_template

ROOT = Path(__file__).parents[1]
PARAMETERS = {"TenantId": "contoso.example", "ClientId": "00000000-0000-0000-0000-000000000000"}


def translated(template: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation's own resources in place of SAM's; code and definition stay local names."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "ap-northeast-1")
    # A second to load, and it ships no types.
    from samtranslator.translator.transform import (  # type: ignore[import-untyped]  # noqa: PLC0415
        transform,
    )

    class NoManagedPolicies:
        def load(self) -> dict[str, str]:
            return {}

    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri", "DefinitionUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = {"Bucket": "built", "Key": "code"}
    made: dict[str, Any] = transform(template, PARAMETERS, NoManagedPolicies())
    return made


def main(rules: str) -> int:
    """The exit status of Guard; 2 where it cannot be asked."""
    found = shutil.which("cfn-guard")
    if found is None or not Path(rules).is_dir():
        what = "cfn-guard が入っていません / is not installed" if found is None else rules
        print(f"検査できません: {what} / cannot be asked", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        files = [ROOT / "template.yaml", *sorted((ROOT / "infra").glob("*.yaml"))]
        for file in files:
            template = read_template(file.read_text(encoding="utf-8"))
            if "Resources" in template:
                made = json.dumps(translated(template), ensure_ascii=False)
                (Path(folder) / f"{file.stem}.json").write_text(made, encoding="utf-8")
        return subprocess.run(
            [found, "validate", "--rules", rules, "--data", folder, "--show-summary", "fail"],
            check=False,
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
