"""People at the staff page: signing in, and who calls. Nobody is believed longer than needed: posts
are read at every request, roles are asked again every quarter of an hour, without a question where
the browser is still signed in at Microsoft, and approving wants a fresh proof."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from kakehashi.catalogue import staff as rules
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.sessions import FRESH_SECONDS, StaffSession, StaffSessions, roles_of
from kakehashi.edges.web.cookies import SIGN_IN_SECONDS
from kakehashi.findings import Rule
from kakehashi.refusal import Refusal
from kakehashi.staff.viewer import Lang, Viewer

if TYPE_CHECKING:
    from kakehashi.edges.web.sign_in import NotSignedIn, SignedIn

CALLBACK = "/sign-in/callback"
STALE = "roles"  # of a refusal: the person is signed in here, and Entra must say the roles again
_SAID: Mapping[str, Rule] = {
    "not ours": rules.SIGN_IN_NOT_OURS,
    "refused": rules.SIGN_IN_REFUSED,
    "other tenant": rules.OTHER_TENANT,
    "not fresh": rules.NOT_FRESH,
}
_OURS = re.compile(r"/(?:[A-Za-z0-9_-][A-Za-z0-9_./?=&%-]{0,300})?\Z")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is signed in. ``city`` is the one looked at, one of the viewer's; ``now`` is UTC."""

    secret: str = field(repr=False)
    session: StaffSession
    viewer: Viewer
    city: str
    now: datetime

    @property
    def fresh(self) -> bool:
        """Whether the person has proven who it is so lately that approving is possible."""
        return self.session.fresh(int(self.now.timestamp()))


def way_back(path: str) -> str:
    """``path`` where it is a page of ours, else the first page."""
    return path if _OURS.match(path) and ".." not in path else "/"


class Desk:
    """One request's."""

    def __init__(self, deps: StaffDependencies) -> None:
        self.deps, self.moment = deps, deps.clock()
        self.now = int(self.moment.timestamp())
        self.sessions = StaffSessions(deps.kept)

    # -- signing in ----------------------------------------------------------------------------

    def begin_sign_in(
        self, back: str, *, fresh: bool = False, quiet: bool = False
    ) -> tuple[str, str]:
        """(where to send the browser, what its cookie holds). ``fresh`` asks for the password, or
        whatever the tenant wants, although the browser may still be signed in at Microsoft;
        ``quiet`` asks nothing, for whoever is signed in here already; any other sign-in asks for
        the account, so that nobody is stuck with one that has no role."""
        from kakehashi.edges.web.sign_in import SignIn  # noqa: PLC0415 - msal, not for every page

        flow = SignIn.of(self.deps.staff).begin(
            f"{self.deps.address}{CALLBACK}",
            prompt="login" if fresh else "none" if quiet else "select_account",
            max_age=FRESH_SECONDS // 2 if fresh else None,
        )
        kept = {"flow": flow, "back": way_back(back), "quiet": quiet and not fresh}
        return str(flow["auth_uri"]), self.deps.kept.keep(
            "SIGN_IN", kept, self.now + SIGN_IN_SECONDS
        )

    def end_sign_in(
        self, cookie: str, answer: Mapping[str, str], before: str
    ) -> tuple[str, str] | Refusal:
        """(what the cookie of the new session holds, where to go on). A sign-in ends once, whatever
        its end; ``before`` is the cookie of the session that it takes the place of. "" for a cookie
        where Microsoft has to ask somebody, and was told not to."""
        from kakehashi.edges.web.sign_in import NotSignedIn, SignIn  # noqa: PLC0415 - msal

        kept = self.deps.kept.take("SIGN_IN", cookie, self.now)
        if kept is None:
            return Refusal(rules.SIGN_IN_NOT_OURS, "cookie")
        who = SignIn.of(self.deps.staff).end(kept["flow"], answer)
        back, earlier = way_back(kept["back"]), self.sessions.find(before, self.now)
        if kept.get("quiet") and (asks := self._quietly(who, before, earlier)) is not None:
            return asks, back
        if isinstance(who, NotSignedIn):
            return Refusal(_SAID[who.why], who.detail)
        self.sessions.end(before)  # also where the roles have gone since it began
        if not roles_of(who):
            return Refusal(rules.NO_ROLE)
        if not self.deps.posts.of(who.object_id):
            return Refusal(rules.NO_POST)
        return self.sessions.begin(who, self.now, earlier), back

    def _quietly(
        self, who: SignedIn | NotSignedIn, before: str, earlier: StaffSession | None
    ) -> str | None:
        """The cookie of the session that goes on, "" where somebody has to be asked after all; None
        where it is as with any other sign-in."""
        from kakehashi.edges.web.sign_in import NotSignedIn, Why  # noqa: PLC0415 - msal

        if isinstance(who, NotSignedIn):
            return "" if who.why is Why.REFUSED else None
        if earlier is None or earlier.oid != who.object_id:
            return ""  # somebody else is signed in at Microsoft
        if not roles_of(who):
            return None
        self.sessions.renew(before, earlier, who, self.now)
        return before

    # -- who calls -----------------------------------------------------------------------------

    def caller(self, cookie: str, *, order: bool = False) -> Caller | Refusal:
        session = self.sessions.find(cookie, self.now)
        if session is None:
            return Refusal(rules.NOT_SIGNED_IN)
        if session.stale_roles(self.now, order=order):
            return Refusal(rules.NOT_SIGNED_IN, STALE)
        posts = self.deps.posts.of(session.oid)
        if not posts:
            return Refusal(rules.NO_POST)
        viewer = Viewer(session.oid, session.name, session.roles, posts, session.lang)
        city = session.city if session.city in viewer.cities else viewer.cities[0]
        return Caller(cookie, session, viewer, city, self.moment)

    def choose(self, caller: Caller, city: str = "", lang: str = "") -> Caller:
        """Another of the viewer's cities, or another language, from now on."""
        here = city if city in caller.viewer.cities else caller.city
        speaks: Lang = "en" if lang == "en" else "ja" if lang == "ja" else caller.viewer.lang
        session = replace(caller.session, city=here, lang=speaks)
        if session != caller.session:
            self.sessions.keep(caller.secret, session)
        viewer = replace(caller.viewer, lang=speaks)
        return replace(caller, session=session, viewer=viewer, city=here)

    def announce(self, caller: Caller, word: str) -> None:
        """The next page may say that this was done."""
        self.sessions.keep(caller.secret, replace(caller.session, told=word))

    def heard(self, caller: Caller, word: str) -> tuple[Caller, str]:
        """``word`` of an address, where it is true; it is said once. "" for what any link says."""
        if not word or word != caller.session.told:
            return caller, ""
        session = replace(caller.session, told="")
        self.sessions.keep(caller.secret, session)
        return replace(caller, session=session), word

    def leave(self, cookie: str) -> None:
        self.sessions.end(cookie)
