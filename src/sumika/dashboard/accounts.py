"""Who may come in: accounts, sessions and machines' tokens, in one file that only the house may read."""

import hashlib
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from sumika.dashboard.kept import SmallFiles
from sumika.dashboard.passwords import fits, hashed
from sumika.dashboard.problem import refused
from sumika.dashboard.roles import Role

ACCOUNTS_FILE, SETUP_FILE = "accounts.json", "setup.json"
SESSION_HOURS = 24.0 * 90
"""A wall tablet stays logged in for a season."""

IDLE_HOURS = 24.0 * 21
SEEN_AGAIN_S = 3600.0
"""A session's last use is written so often at most: not every look at the page wears the disk."""

MOST_SESSIONS = 50
_SECONDS_PER_HOUR = 3600.0


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person's way in.

    Attributes:
        name: To log in with.
        role: What they are to the house.
        password: The argon2id hash.
        residents: Which residents of `house.yaml` they are.
        language: "en", "ja", or empty.
        created_unix_s: When it was made.
    """

    name: str
    role: Role
    password: str
    residents: tuple[str, ...] = ()
    language: str = ""
    created_unix_s: float = 0.0


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is logged in.

    Attributes:
        id: The first letters of the hash: a name that opens nothing.
        hash: SHA-256 of the cookie.
        user: Whose.
        created_unix_s: When they logged in.
        seen_unix_s: When it was used last, to the hour.
    """

    id: str
    hash: str
    user: str
    created_unix_s: float
    seen_unix_s: float


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A machine's way in.

    Attributes:
        id: A name that opens nothing.
        hash: SHA-256 of the token.
        name: For people.
        role: What it may do.
        residents: As which residents.
        created_unix_s: When it was made.
    """

    id: str
    hash: str
    name: str
    role: Role
    residents: tuple[str, ...] = ()
    created_unix_s: float = 0.0


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: int = 1
    users: tuple[Account, ...] = ()
    sessions: tuple[Session, ...] = ()
    tokens: tuple[Token, ...] = ()


class _Setup(msgspec.Struct, frozen=True, kw_only=True):
    token: str = ""


def _digest(secret: str) -> str:
    # A secret of 256 random bits needs no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()


class Accounts:
    """Accounts, sessions and tokens of one house. Its methods may be called from several threads."""

    def __init__(self, folder: Path, files: SmallFiles, now_unix_s: Callable[[], float]) -> None:
        """Read what there is; where nobody is owner, make the token of the set-up link.

        Args:
            folder: Where the files lie.
            files: How they are read and written.
            now_unix_s: Tells the time of the wall, which outlives restarts.

        Raises:
            Exception: if the file is there and damaged: nobody is let in by making a new one.
        """
        self._path, self._setup_path = folder / ACCOUNTS_FILE, folder / SETUP_FILE
        self._files, self._now = files, now_unix_s
        self._lock = threading.RLock()
        self._stat_seen = self._stat()
        self._file = files.read(self._path, _File, _File())
        self._setup = files.read(self._setup_path, _Setup, _Setup())
        if self.setup_needed and not self._setup.token:
            self._setup = _Setup(token=secrets.token_urlsafe(24))
            self._put(self._setup_path, self._setup)

    # -- the first owner ----------------------------------------------------------------------------------------------

    @property
    def setup_needed(self) -> bool:
        """Whether nobody is owner yet."""
        return not any(user.role is Role.OWNER for user in self._file.users)

    @property
    def setup_token(self) -> str:
        """What the set-up link holds; empty once somebody is owner."""
        return self._setup.token if self.setup_needed else ""

    def set_up(self, token: str, name: str, password: str) -> Account:
        """Make the first owner, once.

        Raises:
            RefusedError: if the token is not the link's, or somebody is owner already.
        """
        with self._lock:
            expected = self.setup_token
            if not expected or not secrets.compare_digest(_digest(token), _digest(expected)):
                raise refused(403, "setup_token")
            account = self.add(name, password, Role.OWNER)
            self._setup = _Setup()
            self._put(self._setup_path, self._setup)
            return account

    # -- accounts -----------------------------------------------------------------------------------------------------

    @property
    def users(self) -> tuple[Account, ...]:
        """All accounts."""
        return self._file.users

    def user(self, name: str) -> Account | None:
        """Return the account of that name."""
        return next((user for user in self._file.users if user.name == name), None)

    def add(self, name: str, password: str, role: Role, residents: tuple[str, ...] = (), language: str = "") -> Account:
        """Make an account.

        Raises:
            RefusedError: if the name is taken, or the disk takes nothing.
        """
        account = Account(
            name=name,
            role=role,
            password=hashed(password),
            residents=residents,
            language=language,
            created_unix_s=self._now(),
        )
        with self._lock:
            if self.user(name) is not None:
                raise refused(409, "name_taken", where="name", name=name)
            self._change(users=(*self._file.users, account))
        return account

    def change(
        self,
        name: str,
        *,
        password: str | None = None,
        role: Role | None = None,
        residents: tuple[str, ...] | None = None,
        language: str | None = None,
    ) -> Account:
        """Change an account; another password or role ends its sessions.

        Raises:
            RefusedError: if there is none of that name, or the house would be left without an owner.
        """
        secret = hashed(password) if password is not None else None
        with self._lock:
            before = self._known(name)
            after = msgspec.structs.replace(
                before,
                password=before.password if secret is None else secret,
                role=before.role if role is None else role,
                residents=before.residents if residents is None else residents,
                language=before.language if language is None else language,
            )
            users = tuple(after if user.name == name else user for user in self._file.users)
            self._keep_an_owner(users)
            sessions = self._file.sessions
            if secret is not None or after.role is not before.role:
                sessions = tuple(session for session in sessions if session.user != name)
            self._change(users=users, sessions=sessions)
            return after

    def remove(self, name: str) -> None:
        """Take an account away, with its sessions.

        Raises:
            RefusedError: if there is none of that name, or the house would be left without an owner.
        """
        with self._lock:
            self._known(name)
            users = tuple(user for user in self._file.users if user.name != name)
            self._keep_an_owner(users)
            self._change(users=users, sessions=tuple(one for one in self._file.sessions if one.user != name))

    def _known(self, name: str) -> Account:
        account = self.user(name)
        if account is None:
            raise refused(404, "no_account", where=name, name=name)
        return account

    def _keep_an_owner(self, users: tuple[Account, ...]) -> None:
        if not any(user.role is Role.OWNER for user in users):
            raise refused(409, "last_owner")

    # -- sessions -----------------------------------------------------------------------------------------------------

    def right_password(self, name: str, password: str) -> Account | None:
        """Return the account where name and password fit; takes as long where nobody has that name."""
        account = self.user(name)
        return account if fits(password, account.password if account else None) else None

    def log_in(self, name: str) -> str:
        """Begin a session; return what its cookie holds.

        Raises:
            RefusedError: if the disk takes nothing.
        """
        cookie, now_s = secrets.token_urlsafe(32), self._now()
        digest = _digest(cookie)
        session = Session(id=digest[:16], hash=digest, user=name, created_unix_s=now_s, seen_unix_s=now_s)
        with self._lock:
            live = [one for one in self._file.sessions if self._lives(one)]
            others = [one for one in live if one.user != name]
            theirs = [one for one in live if one.user == name][-(MOST_SESSIONS - 1) :]
            self._change(sessions=(*others, *theirs, session))
        return cookie

    def session(self, cookie: str) -> tuple[Session, Account] | None:
        """Return the session of a cookie and its account; None where it is none, or has expired."""
        digest = _digest(cookie)
        for session in self._file.sessions:
            if secrets.compare_digest(session.hash, digest) and self._lives(session):
                account = self.user(session.user)
                if account is None:
                    return None
                self._seen(session)
                return session, account
        return None

    def sessions_of(self, name: str) -> tuple[Session, ...]:
        """Return somebody's sessions that still are."""
        return tuple(one for one in self._file.sessions if one.user == name and self._lives(one))

    def has_session(self, session_id: str) -> bool:
        """Return whether a session is still one."""
        return any(one.id == session_id and self._lives(one) for one in self._file.sessions)

    def _lives(self, session: Session) -> bool:
        now_s = self._now()
        fresh = now_s - session.seen_unix_s < (IDLE_HOURS * _SECONDS_PER_HOUR) + SEEN_AGAIN_S
        return fresh and now_s - session.created_unix_s < SESSION_HOURS * _SECONDS_PER_HOUR

    def _seen(self, session: Session) -> None:
        now_s = self._now()
        if now_s - session.seen_unix_s < SEEN_AGAIN_S:
            return
        seen = msgspec.structs.replace(session, seen_unix_s=now_s)
        with self._lock:
            sessions = tuple(seen if one.hash == seen.hash else one for one in self._file.sessions)
            # Only when it was used: a disk that is full now must not keep anybody out.
            self._file = msgspec.structs.replace(self._file, sessions=sessions)
            self._files.write(self._path, self._file)
            self._stat_seen = self._stat()

    def log_out(self, session_id: str) -> None:
        """End a session."""
        with self._lock:
            self._change(sessions=tuple(one for one in self._file.sessions if one.id != session_id))

    # -- machines -----------------------------------------------------------------------------------------------------

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens."""
        return self._file.tokens

    def add_token(self, name: str, role: Role, residents: tuple[str, ...] = ()) -> tuple[Token, str]:
        """Make a token; return it, and the secret that is told once.

        Raises:
            RefusedError: if the disk takes nothing.
        """
        secret = f"sumika_{secrets.token_urlsafe(32)}"
        token = Token(
            id=secrets.token_hex(4),
            hash=_digest(secret),
            name=name,
            role=role,
            residents=residents,
            created_unix_s=self._now(),
        )
        with self._lock:
            self._change(tokens=(*self._file.tokens, token))
        return token, secret

    def remove_token(self, token_id: str) -> None:
        """Take a token away.

        Raises:
            RefusedError: if there is none of that id.
        """
        with self._lock:
            if not any(token.id == token_id for token in self._file.tokens):
                raise refused(404, "no_token", where=token_id)
            self._change(tokens=tuple(token for token in self._file.tokens if token.id != token_id))

    def token(self, secret: str) -> Token | None:
        """Return the token of a secret; None where it is none."""
        digest = _digest(secret)
        return next((token for token in self._file.tokens if secrets.compare_digest(token.hash, digest)), None)

    # -- the disk -----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the file again if somebody has changed it at the command line.

        Raises:
            Exception: if it is damaged; then who is known stays known, and nobody else is let in.
        """
        with self._lock:
            seen = self._stat()
            if seen != self._stat_seen:
                self._stat_seen = seen
                self._file = self._files.read(self._path, _File, _File())

    def _stat(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _change(
        self,
        *,
        users: tuple[Account, ...] | None = None,
        sessions: tuple[Session, ...] | None = None,
        tokens: tuple[Token, ...] | None = None,
    ) -> None:
        before = self._file
        after = _File(
            users=before.users if users is None else users,
            sessions=before.sessions if sessions is None else sessions,
            tokens=before.tokens if tokens is None else tokens,
        )
        self._put(self._path, after)
        self._stat_seen = self._stat()
        self._file = after

    def _put(self, path: Path, said: object) -> None:
        problem = self._files.write(path, said)
        if problem:
            raise refused(507, "disk", where=str(path), why=problem)


def csrf_of(cookie: str) -> str:
    """Return what a page must send with every change: its script is told, another site's is not."""
    return hashlib.sha256(f"csrf {cookie}".encode()).hexdigest()[:40]
