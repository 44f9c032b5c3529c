"""Coming in: health, set-up of the first owner, log-in and log-out, accounts and tokens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from sumika.dashboard.accounts import Account, Session, Token, csrf_of
from sumika.dashboard.cookies import COOKIE, DEVICE_COOKIE, delete_session, read_cookie, write_cookie
from sumika.dashboard.lockout import Attempt
from sumika.dashboard.operations import Call, Operation, as_json, delete, get, patch, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.passwords import LONGEST, SHORTEST
from sumika.dashboard.problem import refused
from sumika.dashboard.roles import Right, Role

CSRF_HEADER = "X-Sumika-CSRF"

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$(?!\n)")]
Password = Annotated[str, Meta(min_length=SHORTEST, max_length=LONGEST)]
Typed = Annotated[str, Meta(max_length=LONGEST)]
Residents = Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=50)]
Language = Annotated[str, Meta(pattern=r"^(en|ja)?$(?!\n)")]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """That the page is served.

    Attributes:
        status: "ok".
        version: Of Sumika.
        setup_needed: Whether nobody is owner yet.
    """

    status: str
    version: str
    setup_needed: bool


class SetupBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first owner.

    Attributes:
        token: Of the set-up link.
        name: To log in with.
        password: At least ten letters.
        residents: Which residents of the house they are.
        language: "en", "ja", or empty.
    """

    token: Annotated[str, Meta(max_length=200)]
    name: Name
    password: Password
    residents: Residents = ()
    language: Language = ""


class LoginBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who wants in."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Typed


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is logged in.

    Attributes:
        user: Name.
        role: What they are to the house.
        residents: Which residents they are.
        language: "en", "ja", or empty: as the browser has it.
        csrf: To be sent with every change, as X-Sumika-CSRF; empty for machines.
        demo: Whether the house is for show.
        setup_needed: Always false here: somebody is owner.
        may: Rights.
    """

    user: str
    role: Role
    residents: tuple[str, ...]
    language: str
    csrf: str
    demo: bool
    setup_needed: bool
    may: list[str]


class UserShown(msgspec.Struct, frozen=True, kw_only=True):
    """An account, without its secret."""

    name: str
    role: Role
    residents: tuple[str, ...]
    language: str
    created_unix_s: float


class NewUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to be made."""

    name: Name
    password: Password
    role: Role
    residents: Residents = ()
    language: Language = ""


class UserChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of an account; what is absent stays. Without `manage` only one's own password and language.

    Attributes:
        old_password: Needed to change one's own password.
        password: The new one.
        role: What they are to the house.
        residents: Which residents they are.
        language: "en", "ja", or empty.
    """

    old_password: Typed = ""
    password: Password | None = None
    role: Role | None = None
    residents: Residents | None = None
    language: Language | None = None


class TokenShown(msgspec.Struct, frozen=True, kw_only=True):
    """A token, without its secret."""

    id: str
    name: str
    role: Role
    residents: tuple[str, ...]
    created_unix_s: float


class NewToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to be made."""

    name: Name
    role: Role
    residents: Residents = ()


class TokenMade(msgspec.Struct, frozen=True, kw_only=True):
    """A token and its secret, which is told this once."""

    token: TokenShown
    secret: str


class Users(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts."""

    users: list[UserShown]


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """All tokens."""

    tokens: list[TokenShown]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """That it was done."""

    done: bool = True


class _Entry:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def health(self, call: Call) -> Health:
        return Health(status="ok", version=self._parts.version, setup_needed=self._parts.accounts.setup_needed)

    def set_up(self, call: Call) -> Response:
        body: SetupBody = call.body
        with self._trying(Attempt("", call.address)) as right:
            self._parts.accounts.check_setup(body.token)
            right()
        self._check_residents(body.residents)
        account = self._parts.accounts.set_up(body.token, _as_name(body.name), body.password)
        if body.residents or body.language:
            account = self._parts.accounts.change(account.name, residents=body.residents, language=body.language)
        return self._let_in(account, call.request)

    def log_in(self, call: Call) -> Response:
        body: LoginBody = call.body
        # Keyboards put a blank behind a word. Accounts from before that was looked at may have one in their name.
        name = body.name if self._parts.accounts.user(body.name) is not None else body.name.strip()
        device = self._parts.accounts.knows_device(name, read_cookie(DEVICE_COOKIE, call.request))
        with self._trying(Attempt(name, call.address, device)) as right:
            account = self._parts.accounts.right_password(name, body.password)
            if account is None:
                raise refused(401, "wrong_password")
            right()
        return self._let_in(account, call.request)

    @contextmanager
    def _trying(self, attempt: Attempt) -> Iterator[Callable[[], None]]:
        """Let a secret be tried; the block says when it was right."""
        lockout = self._parts.lockout
        begun = lockout.begin(attempt, self._parts.clock.now().monotonic_ns)
        if begun.wait_s > 0:
            raise refused(429, "locked", wait_s=begun.wait_s, seconds=max(1, round(begun.wait_s)))
        found: list[bool] = []
        try:
            yield lambda: found.append(True)
        finally:
            lockout.end(begun, right=bool(found))

    def _let_in(self, account: Account, request: Request) -> Response:
        cookie = self._parts.accounts.log_in(account.name)
        response = as_json(self._me(account, cookie))
        for kind, value in ((COOKIE, cookie), (DEVICE_COOKIE, self._parts.accounts.device(account.name))):
            write_cookie(kind, value, request, response, tls=self._parts.tls)
        return response

    def _me(self, account: Account, cookie: str) -> Me:
        viewer = self._parts.viewer(cookie, "")
        assert viewer is not None
        return Me(
            user=account.name,
            role=account.role,
            residents=account.residents,
            language=account.language or self._parts.house.language,
            csrf=csrf_of(cookie),
            demo=self._parts.house.demo,
            setup_needed=False,
            may=sorted(viewer.rights),
        )

    def log_out(self, call: Call) -> Response:
        if call.who.session:
            self._parts.accounts.log_out(call.who.session)
        response = as_json(Done())
        delete_session(call.request, response, tls=self._parts.tls)
        return response

    def me(self, call: Call) -> Me:
        viewer = call.who
        cookie = read_cookie(COOKIE, call.request)
        return Me(
            user=viewer.name,
            role=viewer.role,
            residents=viewer.residents,
            language=viewer.language or self._parts.house.language,
            csrf="" if viewer.is_machine else csrf_of(cookie),
            demo=self._parts.house.demo,
            setup_needed=False,
            may=sorted(viewer.rights),
        )

    def users(self, call: Call) -> Users:
        return Users(users=[_shown(user) for user in self._parts.accounts.users])

    def add_user(self, call: Call) -> UserShown:
        body: NewUser = call.body
        self._check_residents(body.residents)
        name = _as_name(body.name)
        self._not_that_carer(name)
        return _shown(self._parts.accounts.add(name, body.password, body.role, body.residents, body.language))

    def change_user(self, call: Call) -> UserShown:
        body: UserChange = call.body
        name = call.path["name"]
        own = name == call.who.name and not call.who.is_machine
        manages = Right.MANAGE in call.who.rights
        if not manages and (not own or body.role is not None or body.residents is not None):
            raise refused(403, "right", right=Right.MANAGE.value)
        if own and body.password is not None:
            with self._trying(Attempt(name, call.address, call.who.session)) as right:
                if self._parts.accounts.right_password(name, body.old_password) is None:
                    raise refused(403, "wrong_password", where="old_password")
                right()
        self._check_residents(body.residents or ())
        account = self._parts.accounts.user(name)
        if account is not None and account.role is Role.CARER and body.role not in (None, Role.CARER):
            self._parts.consents.end(name)
        changed = self._parts.accounts.change(
            name, password=body.password, role=body.role, residents=body.residents, language=body.language
        )
        return _shown(changed)

    def remove_user(self, call: Call) -> Done:
        name = call.path["name"]
        account = self._parts.accounts.user(name)
        if account is not None and account.role is Role.CARER:
            # Before the account: whoever gets the name next must not inherit what was agreed with somebody else.
            self._parts.consents.end(name)
        self._parts.accounts.remove(name)
        return Done()

    def _not_that_carer(self, name: str) -> None:
        """End what was agreed with somebody of a name that is free, whatever became of their account."""
        if self._parts.accounts.user(name) is None:
            self._parts.consents.end(name)

    def tokens(self, call: Call) -> Tokens:
        return Tokens(tokens=[_token_shown(token) for token in self._parts.accounts.tokens])

    def add_token(self, call: Call) -> TokenMade:
        body: NewToken = call.body
        self._check_residents(body.residents)
        token, secret = self._parts.accounts.add_token(body.name, body.role, body.residents)
        return TokenMade(token=_token_shown(token), secret=secret)

    def remove_token(self, call: Call) -> Done:
        self._parts.accounts.remove_token(call.path["id"])
        return Done()

    def sessions(self, call: Call) -> "Sessions":
        return Sessions(sessions=[_session_shown(one) for one in self._parts.accounts.sessions_of(call.who.name)])

    def end_session(self, call: Call) -> Done:
        own = {one.id for one in self._parts.accounts.sessions_of(call.who.name)}
        if call.path["id"] not in own:
            raise refused(404, "no_session", where=call.path["id"][:60])
        self._parts.accounts.log_out(call.path["id"])
        return Done()

    def _check_residents(self, names: tuple[str, ...]) -> None:
        known = {resident.id for resident in self._parts.house.residents}
        for name in names:
            if name not in known:
                raise refused(422, "no_resident", where="residents", name=name)


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is logged in."""

    id: str
    created_unix_s: float
    seen_unix_s: float


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    """One's own sessions."""

    sessions: list[SessionShown]


def _as_name(typed: str) -> str:
    """Return a new account's name as it was meant.

    Raises:
        RefusedError: if nothing is left of it, or browsers would take it for a folder in the account's address.
    """
    name = typed.strip()
    if name in ("", ".", ".."):
        raise refused(422, "name", where="name", name=name)
    return name


def _session_shown(session: Session) -> SessionShown:
    return SessionShown(id=session.id, created_unix_s=session.created_unix_s, seen_unix_s=session.seen_unix_s)


def _shown(user: Account) -> UserShown:
    return UserShown(
        name=user.name,
        role=user.role,
        residents=user.residents,
        language=user.language,
        created_unix_s=user.created_unix_s,
    )


def _token_shown(token: Token) -> TokenShown:
    return TokenShown(
        id=token.id,
        name=token.name,
        role=token.role,
        residents=token.residents,
        created_unix_s=token.created_unix_s,
    )


def entry_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Entry(parts)
    manage = Right.MANAGE
    return (
        get("/api/health", do.health, "Whether the page is served.", Health, None, known=False),
        post("/api/setup", do.set_up, "Make the first owner.", Me, None, SetupBody, known=False),
        post("/api/login", do.log_in, "Log in.", Me, None, LoginBody, known=False),
        post("/api/logout", do.log_out, "Log out.", Done, None),
        get("/api/me", do.me, "Who is logged in, and what they may do.", Me, None),
        get("/api/sessions", do.sessions, "Browsers in which one is logged in.", Sessions, None),
        delete("/api/sessions/{id}", do.end_session, "Log one of them out.", Done, None),
        get("/api/users", do.users, "All accounts.", Users, manage),
        post("/api/users", do.add_user, "Make an account.", UserShown, manage, NewUser),
        patch("/api/users/{name}", do.change_user, "Change an account, or one's own password.", UserShown, UserChange),
        delete("/api/users/{name}", do.remove_user, "Take an account away.", Done, manage),
        get("/api/tokens", do.tokens, "All tokens of machines.", Tokens, manage),
        post("/api/tokens", do.add_token, "Make a token; its secret is told once.", TokenMade, manage, NewToken),
        delete("/api/tokens/{id}", do.remove_token, "Take a token away.", Done, manage),
    )
