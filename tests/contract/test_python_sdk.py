"""Microsoft's msgraph-sdk for Python, with azure-identity, against the fake tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from azure.core.credentials import TokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.groups.item.assign_license.assign_license_post_request_body import (
    AssignLicensePostRequestBody as GroupLicences,
)
from msgraph.generated.groups.item.members.members_request_builder import MembersRequestBuilder
from msgraph.generated.models.assigned_license import AssignedLicense
from msgraph.generated.models.group import Group
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.on_premises_extension_attributes import OnPremisesExtensionAttributes
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user import User
from msgraph.generated.users.count.count_request_builder import CountRequestBuilder
from msgraph.generated.users.item.assign_license.assign_license_post_request_body import (
    AssignLicensePostRequestBody,
)
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem

from tests.contract.fake import Fake
from tests.contract.sdk import DOMAIN, SCOPES, Story, group, pupil, told, unknown

type Tell = Callable[[Story], None]

NEVER = UUID("99999999-9999-4999-8999-999999999999")
LINK = "https://graph.microsoft.com/v1.0/directoryObjects/"
EVENTUAL = ("ConsistencyLevel", "eventual")


@pytest.fixture
def credential(fake: Fake) -> Iterator[TokenCredential]:
    with secret(fake, fake.client_secret) as credential:
        yield credential


@pytest.fixture
def tell(fake: Fake, credential: TokenCredential) -> Tell:
    return lambda story: told(fake, credential, story)


def secret(fake: Fake, value: str) -> ClientSecretCredential:
    return ClientSecretCredential(
        fake.tenant_id,
        fake.client_id,
        value,
        authority=fake.url,
        disable_instance_discovery=True,
        connection_verify=str(fake.certificate),
    )


def users_query(*, eventual: bool = False, **options: Any) -> Any:
    """Query options by name; ``eventual`` adds the header of an advanced query."""
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(**options)
    wanted = RequestConfiguration(query_parameters=query)
    if eventual:
        wanted.headers.add(*EVENTUAL)
    return wanted


# -- signing in ------------------------------------------------------------------------------------


def test_azure_identity_gets_a_token(credential: TokenCredential) -> None:
    assert credential.get_token(*SCOPES).token.count(".") == 2


def test_azure_identity_is_told_that_the_secret_is_wrong(fake: Fake) -> None:
    with (
        secret(fake, "wrong") as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215"),
    ):
        credential.get_token(*SCOPES)


def test_azure_identity_proves_itself_with_a_certificate(fake: Fake) -> None:
    registered, other = self_signed(), self_signed()
    fake.configure(certificates=[registered[registered.index("-----BEGIN CERT") :]])
    with certificate(fake, registered) as credential:
        assert credential.get_token(*SCOPES).token
    with (
        certificate(fake, other) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS700027"),
    ):
        credential.get_token(*SCOPES)


def certificate(fake: Fake, pem: str) -> CertificateCredential:
    return CertificateCredential(
        fake.tenant_id,
        fake.client_id,
        certificate_data=pem.encode(),
        authority=fake.url,
        disable_instance_discovery=True,
        connection_verify=str(fake.certificate),
    )


def self_signed() -> str:
    """A key and its certificate, as one PEM text."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name, now = x509.Name([]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + made.public_bytes(Encoding.PEM)).decode()


# -- users -----------------------------------------------------------------------------------------


def test_create_and_read_a_pupil_with_the_mark(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        wanted = pupil()
        created = await graph.users.post(wanted)
        assert created is not None
        assert unknown(created) == []
        assert (created.display_name, created.password_profile) == ("山田 太郎", None)
        select = [
            "id",
            "usageLocation",
            "ageGroup",
            "onPremisesExtensionAttributes",
            "accountEnabled",
        ]
        query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=select)
        read = await graph.users.by_user_id(str(created.id)).get(
            RequestConfiguration(query_parameters=query)
        )
        assert read is not None
        assert unknown(read) == []
        assert (read.usage_location, read.age_group, read.account_enabled) == ("JP", "Minor", True)
        assert read.on_premises_extension_attributes is not None
        assert wanted.on_premises_extension_attributes is not None
        assert (
            read.on_premises_extension_attributes.extension_attribute1
            == wanted.on_premises_extension_attributes.extension_attribute1
        )

    tell(story)


def test_a_pupil_is_found_by_account_name_and_shows_the_default_properties_only(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        wanted = pupil()
        await graph.users.post(wanted)
        read = await graph.users.by_user_id(str(wanted.user_principal_name)).get()
        assert read is not None
        assert read.user_principal_name == wanted.user_principal_name
        assert (read.usage_location, read.account_enabled) == (None, None)

    tell(story)


def test_the_same_account_name_again_is_a_bad_request_that_names_the_other(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        wanted = pupil()
        created = await graph.users.post(wanted)
        assert created is not None
        again = pupil(user_principal_name=str(wanted.user_principal_name).upper())
        with pytest.raises(ODataError) as caught:
            await graph.users.post(again)
        assert caught.value.response_status_code == 400
        error = caught.value.error
        assert error is not None
        assert error.code == "Request_BadRequest"
        assert [(d.code, d.target) for d in error.details or []] == [
            ("ObjectConflict", "userPrincipalName"),
            ("ConflictingObjects", f"User_{created.id}"),
        ]
        assert error.inner_error is not None
        assert error.inner_error.request_id

    tell(story)


def test_who_does_not_exist_is_not_found(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        with pytest.raises(ODataError) as caught:
            await graph.users.by_user_id(str(NEVER)).get()
        assert caught.value.response_status_code == 404
        assert caught.value.error is not None
        assert caught.value.error.code == "Request_ResourceNotFound"

    tell(story)


def test_an_update_changes_what_it_names_and_the_mark_alone(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        created = await graph.users.post(pupil(department="1年1組"))
        assert created is not None
        mark = OnPremisesExtensionAttributes(extension_attribute2="second")
        change = User(display_name="山田 花子", on_premises_extension_attributes=mark)
        assert await graph.users.by_user_id(str(created.id)).patch(change) is None
        page = await graph.users.get(
            users_query(select=["displayName", "department", "onPremisesExtensionAttributes"])
        )
        assert page is not None
        [read] = page.value or []
        assert (read.display_name, read.department) == ("山田 花子", "1年1組")
        marks = read.on_premises_extension_attributes
        assert marks is not None
        assert marks.extension_attribute1
        assert marks.extension_attribute2 == "second"

    tell(story)


# -- lists -----------------------------------------------------------------------------------------


def test_pages_are_followed_to_the_end(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        made = {str(user.id) for _ in range(5) if (user := await graph.users.post(pupil()))}
        page = await graph.users.get(users_query(top=2, select=["id"]))
        assert page is not None
        seen, sizes = [], []
        while page is not None:
            assert unknown(page) == []
            seen += [str(user.id) for user in page.value or []]
            sizes.append(len(page.value or []))
            link = page.odata_next_link
            page = await graph.users.with_url(link).get() if link else None
        assert (sizes, set(seen)) == ([2, 2, 1], made)

    tell(story)


def test_filter_select_and_top(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        for department in ("1年1組", "1年1組", "2年1組"):
            await graph.users.post(pupil(department=department))
        page = await graph.users.get(
            users_query(filter="department eq '1年1組'", select=["department"], top=1)
        )
        assert page is not None
        [only] = page.value or []
        assert (only.department, only.display_name) == ("1年1組", None)
        assert page.odata_next_link is not None

    tell(story)


def test_an_advanced_query_counts_and_finds_the_mark(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        wanted = pupil()
        await graph.users.post(pupil())
        await graph.users.post(wanted)
        assert wanted.on_premises_extension_attributes is not None
        mark = wanted.on_premises_extension_attributes.extension_attribute1
        which = f"onPremisesExtensionAttributes/extensionAttribute1 eq '{mark}'"
        page = await graph.users.get(users_query(eventual=True, count=True, filter=which))
        assert page is not None
        [found] = page.value or []
        assert (page.odata_count, found.user_principal_name) == (1, wanted.user_principal_name)

    tell(story)


def test_without_the_header_the_mark_cannot_be_searched_and_the_count_is_left_out(
    tell: Tell,
) -> None:
    async def story(graph: GraphServiceClient) -> None:
        await graph.users.post(pupil())
        page = await graph.users.get(users_query(count=True))
        assert page is not None
        assert page.odata_count is None
        which = "onPremisesExtensionAttributes/extensionAttribute1 eq 'x'"
        with pytest.raises(ODataError) as caught:
            await graph.users.get(users_query(filter=which, count=True))
        assert caught.value.error is not None
        assert caught.value.error.code == "Request_UnsupportedQuery"

    tell(story)


def test_the_number_of_users_needs_the_header_too(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        await graph.users.post(pupil())
        wanted = RequestConfiguration[CountRequestBuilder.CountRequestBuilderGetQueryParameters]()
        wanted.headers.add(*EVENTUAL)
        assert await graph.users.count.get(wanted) == 1
        with pytest.raises(ODataError):
            await graph.users.count.get()

    tell(story)


# -- groups and licences ---------------------------------------------------------------------------


def links(users: list[User]) -> Group:
    """A change of a group that adds these members, in one piece."""
    return Group(additional_data={"members@odata.bind": [f"{LINK}{user.id}" for user in users]})


async def class_of(graph: GraphServiceClient, size: int) -> tuple[str, list[User]]:
    """A group's id and that many pupils, who are not in it yet."""
    made = await graph.groups.post(group())
    assert made is not None
    assert unknown(made) == []
    pupils = [user for _ in range(size) if (user := await graph.users.post(pupil()))]
    return str(made.id), pupils


async def members(graph: GraphServiceClient, key: str) -> set[str]:
    query = MembersRequestBuilder.MembersRequestBuilderGetQueryParameters(select=["id"])
    page = await graph.groups.by_group_id(key).members.get(
        RequestConfiguration(query_parameters=query)
    )
    assert page is not None
    assert all(isinstance(member, User) for member in page.value or [])
    return {str(member.id) for member in page.value or []}


def test_twenty_members_are_added_at_once_and_listed(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        key, pupils = await class_of(graph, 20)
        await graph.groups.by_group_id(key).patch(links(pupils))
        assert await members(graph, key) == {str(user.id) for user in pupils}

    tell(story)


def test_one_member_who_is_in_already_keeps_all_out(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        key, pupils = await class_of(graph, 3)
        first = ReferenceCreate(odata_id=f"{LINK}{pupils[0].id}")
        await graph.groups.by_group_id(key).members.ref.post(first)
        with pytest.raises(ODataError) as caught:
            await graph.groups.by_group_id(key).patch(links(pupils))
        assert caught.value.response_status_code == 400
        assert await members(graph, key) == {str(pupils[0].id)}

    tell(story)


def test_a_member_is_removed_and_cannot_be_removed_again(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        key, pupils = await class_of(graph, 2)
        await graph.groups.by_group_id(key).patch(links(pupils))
        place = graph.groups.by_group_id(key).members.by_directory_object_id(str(pupils[0].id))
        await place.ref.delete()
        assert await members(graph, key) == {str(pupils[1].id)}
        with pytest.raises(ODataError) as caught:
            await place.ref.delete()
        assert caught.value.response_status_code == 400

    tell(story)


async def sku(graph: GraphServiceClient) -> UUID:
    page = await graph.subscribed_skus.get()
    assert page is not None
    assert unknown(page) == []
    found = {row.sku_part_number: row for row in page.value or []}
    row = found["STANDARDWOFFPACK_STUDENT"]
    assert row.prepaid_units is not None
    assert row.prepaid_units.enabled
    product: UUID | None = row.sku_id
    assert product is not None
    return product


async def licences(graph: GraphServiceClient, key: str) -> list[tuple[UUID | None, str | None]]:
    """What an account has: product and the state of its assignment."""
    query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(
        select=["assignedLicenses", "licenseAssignmentStates"]
    )
    read = await graph.users.by_user_id(key).get(RequestConfiguration(query_parameters=query))
    assert read is not None
    assert unknown(read) == []
    states = {row.sku_id: row.state for row in read.license_assignment_states or []}
    return [(row.sku_id, states.get(row.sku_id)) for row in read.assigned_licenses or []]


def test_a_licence_is_assigned_to_a_pupil_and_taken_back(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        product, created = await sku(graph), await graph.users.post(pupil())
        assert created is not None
        place = graph.users.by_user_id(str(created.id))
        wanted = AssignedLicense(sku_id=product, disabled_plans=[])
        await place.assign_license.post(
            AssignLicensePostRequestBody(add_licenses=[wanted], remove_licenses=[])
        )
        assert await licences(graph, str(created.id)) == [(product, "Active")]
        await place.assign_license.post(
            AssignLicensePostRequestBody(add_licenses=[], remove_licenses=[product])
        )
        assert await licences(graph, str(created.id)) == []

    tell(story)


def test_a_licensed_group_licenses_its_members(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        product = await sku(graph)
        key, [created] = await class_of(graph, 1)
        wanted = AssignedLicense(sku_id=product, disabled_plans=[])
        await graph.groups.by_group_id(key).assign_license.post(
            GroupLicences(add_licenses=[wanted], remove_licenses=[])
        )
        await graph.groups.by_group_id(key).patch(links([created]))
        assert await licences(graph, str(created.id)) == [(product, "Active")]

    tell(story)


def test_no_licence_without_a_place_of_use(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        created = await graph.users.post(pupil(usage_location=None))
        assert created is not None
        wanted = AssignedLicense(sku_id=await sku(graph), disabled_plans=[])
        with pytest.raises(ODataError, match="usage location"):
            await graph.users.by_user_id(str(created.id)).assign_license.post(
                AssignLicensePostRequestBody(add_licenses=[wanted], remove_licenses=[])
            )

    tell(story)


# -- deleted and restored --------------------------------------------------------------------------


def test_who_was_deleted_comes_back_with_id_mark_and_groups(tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        key, [created] = await class_of(graph, 1)
        await graph.groups.by_group_id(key).patch(links([created]))
        await graph.users.by_user_id(str(created.id)).delete()
        with pytest.raises(ODataError):
            await graph.users.by_user_id(str(created.id)).get()
        page = await graph.directory.deleted_items.graph_user.get()
        assert page is not None
        assert unknown(page) == []
        assert [user.id for user in page.value or []] == [created.id]
        deleted = graph.directory.deleted_items.by_directory_object_id(str(created.id))
        restored = await deleted.restore.post(None)
        assert isinstance(restored, User)
        assert (restored.id, unknown(restored)) == (created.id, [])
        assert await members(graph, key) == {str(created.id)}

    tell(story)


# -- batches, throttling, failures -----------------------------------------------------------------


def test_a_batch_answers_each_item(fake: Fake, tell: Tell) -> None:
    """The SDK writes ``depends_on`` into every item, and absolute addresses unless changed."""
    fake.configure(strict_batch=False)

    async def story(graph: GraphServiceClient) -> None:
        wanted = pupil()
        adapter = graph.request_adapter
        requests = {
            "made": graph.users.to_post_request_information(wanted),
            "again": graph.users.to_post_request_information(wanted),
            "read": graph.users.to_get_request_information(users_query(top=5)),
        }
        items = {key: BatchRequestItem(info, id=key) for key, info in requests.items()}
        for item in items.values():
            item.url = item.url.removeprefix(adapter.base_url)
        answer = await graph.batch.post(BatchRequestContent(items))
        assert answer is not None
        assert answer.get_response_status_codes() == {"made": 201, "again": 400, "read": 200}

    tell(story)
    assert len(fake.users()) == 1


def test_a_throttled_request_is_repeated_by_the_sdk_itself(fake: Fake, tell: Tell) -> None:
    async def story(graph: GraphServiceClient) -> None:
        fake.inject(status=429, retry_after=1, method="POST", shape="/users", times=2)
        created = await graph.users.post(pupil())
        assert created is not None

    tell(story)
    counted = fake.counted()
    assert (counted["throttled"], counted["writes"], len(fake.users())) == (2, 3, 1)


def test_waiting_as_told_is_enough_to_stay_below_the_limit(fake: Fake, tell: Tell) -> None:
    """The bucket's own 429: once the SDK has waited Retry-After, the write goes through."""
    fake.configure(throttle={"on": True, "writes": 2, "writes_seconds": 2.0})

    async def story(graph: GraphServiceClient) -> None:
        for _ in range(4):
            await graph.users.post(pupil())

    tell(story)
    counted = fake.counted()
    assert len(fake.users()) == 4
    assert counted["throttled"] == counted["writes"] - 4 <= 2


def test_a_lost_answer_leads_the_sdk_into_a_conflict_with_itself(fake: Fake, tell: Tell) -> None:
    """Why the nightly client does not use it: it repeats a POST whose answer was lost."""
    fake.inject(kind="commit-then-status", status=504, retry_after=1, method="POST", shape="/users")

    async def story(graph: GraphServiceClient) -> None:
        with pytest.raises(ODataError) as caught:
            await graph.users.post(pupil(user_principal_name=f"once@{DOMAIN}"))
        assert caught.value.response_status_code == 400

    tell(story)
    assert [user["userPrincipalName"] for user in fake.users()] == [f"once@{DOMAIN}"]
