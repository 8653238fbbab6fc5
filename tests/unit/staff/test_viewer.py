"""Who may what, where: a role says what, a post where, and one without the other opens nothing."""

from __future__ import annotations

import pytest

from kakehashi.staff.frame import PAGES, nav
from kakehashi.staff.viewer import ALLOWED, LABELS, Permission, Post, Role, Viewer, may


def a_viewer(*roles: Role, posts: tuple[Post, ...] = (Post("demo"),)) -> Viewer:
    return Viewer("oid-1", "花子", frozenset(roles), posts)


@pytest.mark.parametrize("action", list(Permission))
def test_a_role_without_a_post_opens_nothing(action: Permission) -> None:
    assert not may(a_viewer(*Role, posts=()), action, "demo")


@pytest.mark.parametrize("action", list(Permission))
def test_a_post_without_a_role_opens_nothing(action: Permission) -> None:
    assert not may(a_viewer(), action, "demo")
    assert not may(a_viewer(), action, "demo", "school-1")


@pytest.mark.parametrize("action", list(Permission))
def test_nothing_of_another_city_is_opened(action: Permission) -> None:
    viewer = a_viewer(*Role)
    assert may(viewer, action, "demo")
    assert not may(viewer, action, "other")
    assert not may(viewer, action, "other", "school-1")


@pytest.mark.parametrize("action", list(Permission))
@pytest.mark.parametrize("role", list(Role))
def test_one_role_opens_what_the_table_says(role: Role, action: Permission) -> None:
    expected = role in ALLOWED[action] and role is not Role.SCHOOL
    assert may(a_viewer(role), action, "demo") is expected


@pytest.mark.parametrize("action", [a for a in Permission if a is not Permission.SCHOOL])
def test_a_post_at_one_school_opens_no_page_of_the_city(action: Permission) -> None:
    at_school = a_viewer(*Role, posts=(Post("demo", "school-1"),))
    assert not may(at_school, action, "demo")
    assert not may(at_school, action, "demo", "school-1")


def test_a_school_sees_its_own_page_and_no_other() -> None:
    at_school = a_viewer(Role.SCHOOL, posts=(Post("demo", "school-1"),))
    assert may(at_school, Permission.SCHOOL, "demo", "school-1")
    assert not may(at_school, Permission.SCHOOL, "demo", "school-2")
    assert not may(at_school, Permission.SCHOOL, "demo")
    assert not may(at_school, Permission.SCHOOL, "other", "school-1")


def test_the_schools_role_opens_no_school_by_a_post_for_the_city() -> None:
    assert not may(a_viewer(Role.SCHOOL), Permission.SCHOOL, "demo", "school-1")


def test_the_board_sees_every_school_of_its_city() -> None:
    assert may(a_viewer(Role.SEE), Permission.SCHOOL, "demo", "school-1")


def test_passwords_are_a_role_of_their_own() -> None:
    assert not may(a_viewer(*(set(Role) - {Role.PASSWORDS})), Permission.PASSWORDS, "demo")
    assert not may(a_viewer(Role.PASSWORDS), Permission.SEE, "demo")


def test_whoever_only_decides_does_not_approve_and_the_other_way_round() -> None:
    assert not may(a_viewer(Role.DECIDE), Permission.APPROVE, "demo")
    assert not may(a_viewer(Role.APPROVE), Permission.DECIDE, "demo")


def test_the_menu_leads_to_what_may_be_opened_and_nowhere_else() -> None:
    at_school = a_viewer(Role.SCHOOL, posts=(Post("demo", "school-1"),))
    assert [link.path for link in nav(at_school, "demo", "/school")] == ["/school"]
    assert nav(at_school, "demo", "/school")[0].here
    assert nav(a_viewer(Role.SCHOOL), "demo", "/today") == ()
    assert [link.path for link in nav(a_viewer(*Role), "demo", "/nights/x", staff=True)] == [
        path for path, *_ in PAGES
    ]
    (here,) = [link for link in nav(a_viewer(*Role), "demo", "/nights/x") if link.here]
    assert here.path == "/nights"


def test_the_menu_is_in_the_language_of_the_viewer() -> None:
    english = Viewer("oid-1", "Hanako", frozenset({Role.PASSWORDS}), (Post("demo"),), "en")
    assert [link.label for link in nav(english, "demo", "/")] == ["Passwords"]


def test_cities_and_schools_are_those_of_the_posts() -> None:
    viewer = a_viewer(posts=(Post("b", "2"), Post("b", "1"), Post("a")))
    assert viewer.cities == ("a", "b")
    assert viewer.schools("b") == ("1", "2")
    assert viewer.schools("a") == ()


def test_a_viewer_in_a_log_names_nobody() -> None:
    assert "花子" not in repr(a_viewer(Role.SEE))
    assert "oid-1" not in repr(a_viewer(Role.SEE))


def test_every_role_has_a_name_in_both_languages_and_a_value_that_entra_takes() -> None:
    """Entra takes ASCII values without spaces, and none that begins with a full stop."""
    for role in Role:
        assert all(LABELS[role])
        assert role.value.isascii()
        assert " " not in role.value
        assert not role.value.startswith(".")
