"""Deep Linking 2.0: a pupil chooses contents in a tool, and each becomes a tile.

Choosing again replaces what was chosen in that tool before, so a pupil can also tidy up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from kakehashi.catalogue import launch as rules
from kakehashi.lti.claims import CLAIM, Message, ResourceLink
from kakehashi.lti.registrations import Registration
from kakehashi.lti.teaching import Launching
from kakehashi.refusal import Refusal

REQUEST, RESPONSE = "LtiDeepLinkingRequest", "LtiDeepLinkingResponse"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LINK_TYPE = "ltiResourceLink"
CHOOSING_SECONDS = 3600  # from the request to the tool's answer
MOST_LINKS = 20  # of one tool
MOST_TITLE, MOST_URL, MOST_CUSTOM = 100, 1000, 1000  # characters


def request(message: Message, data: str) -> dict[str, Any]:
    """The claims of an LtiDeepLinkingRequest; ``data`` must come back with the answer."""
    claims = message.claims(REQUEST, message.registration.tool.target_link_uri, {})
    claims[f"{DL}deep_linking_settings"] = {
        "deep_link_return_url": f"{message.platform.issuer}/lti/deep-links",
        "accept_types": [LINK_TYPE],
        "accept_presentation_document_targets": ["window"],
        "accept_multiple": True,
        "data": data,
    }
    return claims


def judge_response(
    claims: Mapping[str, Any], registration: Registration, who: Launching
) -> Refusal | None:
    """Is this the answer that the tool was asked for? Who made it has been judged before."""
    if claims.get(f"{CLAIM}message_type") != RESPONSE:
        return Refusal(rules.BAD_CHOICE, "message_type")
    if claims.get(f"{CLAIM}deployment_id") != registration.deployment_id(who):
        return Refusal(rules.BAD_CHOICE, "deployment_id")
    if not isinstance(claims.get("nonce"), str) or not claims["nonce"]:
        return Refusal(rules.BAD_CHOICE, "nonce")
    return None


def read_items(
    claims: Mapping[str, Any], registration: Registration
) -> list[ResourceLink] | Refusal:
    """The links of an answer. One that leads away from the tool spoils them all."""
    items = claims.get(f"{DL}content_items", [])
    if not isinstance(items, list) or len(items) > MOST_LINKS:
        return Refusal(rules.BAD_CHOICE, "content_items")
    chosen = [_read(item, registration) for item in items]
    links = [one for one in chosen if one is not None]
    return links if len(links) == len(chosen) else Refusal(rules.BAD_CHOICE, "content_item")


def _read(item: Any, registration: Registration) -> ResourceLink | None:
    if not isinstance(item, dict) or item.get("type") != LINK_TYPE:
        return None
    url = item.get("url", registration.tool.target_link_uri)
    title, custom = item.get("title", registration.tool.name), item.get("custom", {})
    if not isinstance(url, str) or not isinstance(title, str) or not isinstance(custom, dict):
        return None
    if len(url) > MOST_URL or not _same_origin(url, registration.tool.target_link_uri):
        return None
    values = {str(name): str(value) for name, value in custom.items()}
    if not 0 < len(title) <= MOST_TITLE or sum(map(len, (*values, *values.values()))) > MOST_CUSTOM:
        return None
    link = registration.link_id(f"{url}\x1f{sorted(values.items())}")
    return ResourceLink(link, title, url, values)


def _same_origin(given: str, ours: str) -> bool:
    try:
        one, other = urlsplit(given), urlsplit(ours)
    except ValueError:  # "https://[" is no address at all
        return False
    return (one.scheme, one.netloc) == (other.scheme, other.netloc)
