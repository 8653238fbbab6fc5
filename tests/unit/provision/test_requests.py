import ast
import inspect
from pathlib import Path

import pytest

import kakehashi
from kakehashi.directories.microsoft365 import requests as graph
from kakehashi.directories.microsoft365.requests import Verb
from kakehashi.directories.microsoft365.shape import account_of
from tests.builders import a_city, a_pupil

SHIPPED = Path(inspect.getfile(kakehashi)).parent


def test_no_request_can_delete() -> None:
    assert {verb.value for verb in Verb} == {"GET", "POST", "PATCH"}
    with pytest.raises(ValueError, match="DELETE"):
        Verb("DELETE")


@pytest.mark.parametrize(
    "module", ["microsoft/graph", "microsoft/directory", "microsoft/credentials", "provision/shard"]
)
def test_the_wire_knows_no_other_way_to_send_a_delete(module: str) -> None:
    tree = ast.parse((SHIPPED / "edges" / f"{module}.py").read_text("utf-8"))
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    called = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert "DELETE" not in texts
    assert "delete" not in called


def test_a_create_carries_the_mark_and_everything_else_in_one_call() -> None:
    pupil = a_pupil()
    account = account_of(pupil, a_city())
    request = graph.create_user(account, "Secret-1", must_change=True)
    assert (request.verb, request.url, request.writes) == (Verb.POST, "/users", 1)
    assert request.body == {
        "userPrincipalName": pupil.account,
        "mailNickname": pupil.account.partition("@")[0],
        "displayName": f"{pupil.family} {pupil.given}",
        "givenName": pupil.given,
        "surname": pupil.family,
        "department": pupil.class_title,
        "officeLocation": pupil.school_name,
        "jobTitle": "小3",
        "usageLocation": "JP",
        "ageGroup": "Minor",
        "accountEnabled": True,
        "onPremisesExtensionAttributes": {"extensionAttribute1": pupil.id},
        "passwordProfile": {"password": "Secret-1", "forceChangePasswordNextSignIn": True},
    }


def test_a_pupil_without_a_class_is_created_without_a_department() -> None:
    account = account_of(a_pupil(class_title=""), a_city())
    request = graph.create_user(account, "Secret-1", must_change=False)
    assert request.body is not None
    assert "department" not in request.body


def test_only_what_differs_is_changed_and_nothing_becomes_null() -> None:
    before = {"displayName": "a", "department": "1年1組", "jobTitle": "小1"}
    wanted = {"displayName": "b", "department": "", "jobTitle": "小1"}
    assert graph.differing(before, wanted) == {"displayName": "b", "department": None}


def test_what_graph_forbids_to_be_empty_is_left_alone() -> None:
    before = {"displayName": "a", "usageLocation": "JP", "userPrincipalName": "u"}
    wanted = {"displayName": "", "usageLocation": "", "userPrincipalName": ""}
    assert graph.differing(before, wanted) == {}


def test_extension_attributes_live_one_floor_down() -> None:
    request = graph.change_user("id", {"extensionAttribute7": "umi", "surname": "a"}, enabled=True)
    assert request.body == {
        "surname": "a",
        "onPremisesExtensionAttributes": {"extensionAttribute7": "umi"},
        "accountEnabled": True,
    }


def test_account_names_are_quoted_in_urls() -> None:
    assert graph.get_user("a#b@x.jp", ("id",)).url == "/users/a%23b%40x.jp?$select=id"
    assert graph.get_user("$a'b@x.jp", ("id",)).url == "/users('%24a''b%40x.jp')?$select=id"


def test_a_request_shows_nothing_of_a_pupil() -> None:
    request = graph.create_user(account_of(a_pupil(), a_city()), "Secret-1", must_change=True)
    shown = repr(request) + repr(graph.get_user(a_pupil().account, ("id",)))
    assert "Secret-1" not in shown
    assert a_pupil().account not in shown
    assert a_pupil().family not in shown


def test_only_the_stage_that_carries_out_decisions_can_reach_the_deletion_of_an_account() -> None:
    importing = {
        str(path.relative_to(SHIPPED.parent))
        for root in (SHIPPED, Path(__file__).parents[3] / "functions")
        for path in root.rglob("*.py")
        if "edges.provision.deletion" in path.read_text("utf-8")
    }
    assert len(importing) == 1
