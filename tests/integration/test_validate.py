import io
import json
from datetime import UTC, datetime

import boto3
import pytest

from conformance import packages
from functions.validate import app
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.findings import Effect
from tests.lambdas import a_context

RULES = 'name = "x"\nboard_code = "082999"\ndomain = "ed.example.jp"\n'
ARN = "arn:aws:states:ap-northeast-1:123456789012:execution:m:one"
CONTEXT = a_context("validate")


@pytest.fixture
def folder(account: dict[str, str]) -> Folder:
    State.of("state", "demo").take_lease(ARN, datetime.now(UTC))
    run = Folder(boto3.client("s3"), "runs", "demo/one/")
    run.put("city.toml", RULES)
    return run


def validate() -> Run:
    event = {
        "run_id": "one",
        "city": "demo",
        "prefix": "demo/one/",
        "mode": "sync",
        "as_of": "2026-11-23",
        "execution": ARN,
    }
    answer = app.lambda_handler(event, CONTEXT)
    assert len(json.dumps(answer)) < 2048
    return Run.model_validate(answer)


def test_a_clean_drop_goes_on(folder: Folder) -> None:
    folder.put("roster/drop.zip", packages.zipped(packages.loose()))
    run = validate()
    assert run.verdict == "go"
    assert run.counts["rows_users"] == 3
    assert list(folder.findings("validate")) == []


def test_another_boards_roster_is_refused(folder: Folder) -> None:
    folder.put("city.toml", RULES.replace("082999", "082201"))
    folder.put("roster/drop.zip", packages.zipped(packages.loose()))
    assert validate().verdict == "refused"
    assert [finding.code for finding in folder.findings("validate")] == ["F019"]


def test_loose_files_are_checked_like_a_zip(folder: Folder) -> None:
    for name, body in packages.loose().items():
        folder.put(f"roster/{name}", body)
    assert validate().verdict == "go"


def test_what_is_not_a_zip_is_refused_with_its_finding(folder: Folder) -> None:
    folder.put("roster/drop.zip", io.BytesIO(b"PK no zip at all").getvalue())
    assert validate().verdict == "refused"
    assert [f.code for f in folder.findings("validate")] == ["F001"]


def test_a_broken_row_holds_its_pupil_and_the_night_goes_on(folder: Folder) -> None:
    files = packages.clean()
    files["users.csv"][1]["enabledUser"] = "yes"
    folder.put("roster/drop.zip", packages.zipped(packages.loose(files)))
    assert validate().verdict == "go"
    (finding,) = folder.findings("validate")
    assert finding.row() == ("users.csv", 3, "enabledUser", "R006")
    assert (finding.effect, finding.pupil) == (Effect.HOLD_PUPIL, packages.MASTERS[1])


def test_a_city_may_take_a_finding_harder_or_softer(folder: Folder) -> None:
    folder.put("city.toml", RULES + '[effects]\nR006 = "refuse-drop"\n')
    files = packages.clean()
    files["users.csv"][1]["enabledUser"] = "yes"
    folder.put("roster/drop.zip", packages.zipped(packages.loose(files)))
    assert validate().verdict == "refused"
