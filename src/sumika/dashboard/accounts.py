"""Who may come in: accounts, sessions and machines' tokens, in one file that only the house may read."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec

from sumika.dashboard.kept import SmallFiles, held_by_one
from sumika.dashboard.passwords import fits, hashed
from sumika.dashboard.problem import RefusedError, refused
from sumika.dashboard.roles import Role

ACCOUNTS_FILE, SETUP_FILE, LOCK_FILE = "accounts.json", "setup.json", "accounts.lock"
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
    device_key: str = ""


class _Setup(msgspec.Struct, frozen=True, kw_only=True):
    token: str = ""


def _digest(secret: str) -> str:
    # A secret of 256 random bits needs no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()


class Accounts:
    """Accounts, sessions and tokens of one house. Its methods may be called from several threads.

    The command line works on the same file while the page runs: every change is made to what the file says now, by one
    process at a time, and what another one has changed counts from the next question on.
    """

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
        self._lock, self._lock_path, self._depth = threading.RLock(), folder / LOCK_FILE, 0
        self._stat_seen = self._stat()
        self._file = files.read(self._path, _File, _File())
        self._setup = files.read(self._setup_path, _Setup, _Setup())
        if self._wants_setup_token():
            with self._alone():
                self._setup = files.read(self._setup_path, _Setup, _Setup())
                if self._wants_setup_token():  # nobody was faster
                    self._setup = _Setup(token=secrets.token_urlsafe(24))
                    self._put(self._setup_path, self._setup)

    def _wants_setup_token(self) -> bool:
        return self.setup_needed and not self._setup.token

    # -- the first owner ----------------------------------------------------------------------------------------------

    @property
    def setup_needed(self) -> bool:
        """Whether nobody is owner yet."""
        return not any(user.role is Role.OWNER for user in self._file.users)

    @property
    def setup_token(self) -> str:
        """What the set-up link holds; empty once somebody is owner."""
        return self._setup.token if self.setup_needed else ""

    def check_setup(self, token: str) -> None:
        """Check what a set-up link says; only who has it is told anything more.

        Raises:
            RefusedError: if the token is not the link's, or somebody is owner already.
        """
        expected = self.setup_token
        if not expected or not secrets.compare_digest(_digest(token), _digest(expected)):
            raise refused(403, "setup_token")

    def set_up(self, token: str, name: str, password: str) -> Account:
        """Make the first owner, once.

        Raises:
            RefusedError: if the token is not the link's, or somebody is owner already.
        """
        with self._alone():
            self.check_setup(token)
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
        with self._alone():
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
        with self._alone():
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
        with self._alone():
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
        self.refresh()
        account = self.user(name)
        return account if fits(password, account.password if account else None) else None

    def log_in(self, name: str) -> str:
        """Begin a session; return what its cookie holds.

        Raises:
            RefusedError: if the account has gone meanwhile, or the disk takes nothing.
        """
        cookie, now_s = secrets.token_urlsafe(32), self._now()
        digest = _digest(cookie)
        session = Session(id=digest[:16], hash=digest, user=name, created_unix_s=now_s, seen_unix_s=now_s)
        with self._alone():
            self._known(name)
            live = [one for one in self._file.sessions if self._lives(one)]
            others = [one for one in live if one.user != name]
            theirs = [one for one in live if one.user == name][-(MOST_SESSIONS - 1) :]
            self._change(sessions=(*others, *theirs, session))
        return cookie

    def session(self, cookie: str) -> tuple[Session, Account] | None:
        """Return the session of a cookie and its account; None where it is none, or has expired."""
        digest = _digest(cookie)
        self._look_again()
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
        """Return whether a session is still one. To be asked is to be used: a tablet on the wall only watches."""
        for session in self._file.sessions:
            if session.id == session_id and self._lives(session):
                self._seen(session)
                return True
        return False

    def _lives(self, session: Session) -> bool:
        now_s = self._now()
        fresh = now_s - session.seen_unix_s < (IDLE_HOURS * _SECONDS_PER_HOUR) + SEEN_AGAIN_S
        return fresh and now_s - session.created_unix_s < SESSION_HOURS * _SECONDS_PER_HOUR

    def _seen(self, session: Session) -> None:
        now_s = self._now()
        if now_s - session.seen_unix_s < SEEN_AGAIN_S:
            return
        seen = msgspec.structs.replace(session, seen_unix_s=now_s)
        # Only when it was used: a disk that is full now must not keep anybody out.
        with suppress(RefusedError), self._alone():
            sessions = tuple(seen if one.hash == seen.hash else one for one in self._file.sessions)
            self._file = msgspec.structs.replace(self._file, sessions=sessions)
            self._files.write(self._path, self._file)
            self._stat_seen = self._stat()

    def log_out(self, session_id: str) -> None:
        """End a session."""
        with self._alone():
            self._change(sessions=tuple(one for one in self._file.sessions if one.id != session_id))

    # -- devices ------------------------------------------------------------------------------------------------------

    def device(self, name: str) -> str:
        """Return a cookie by which a browser is known again that somebody has just logged in with; it lets nobody in.

        Raises:
            RefusedError: if there is no such account, or the disk takes nothing.
        """
        with self._alone():
            account = self._known(name)
            if not self._file.device_key:
                self._change(device_key=secrets.token_hex(32))
        nonce = secrets.token_urlsafe(18)
        return f"{nonce}.{self._vouched(nonce, account)}"

    def knows_device(self, name: str, cookie: str) -> str:
        """Return what a browser is called with which somebody has logged in to this account before; else nothing."""
        nonce, _, vouched = cookie.partition(".")
        account = self.user(name)
        if account is None or not self._file.device_key or not vouched.isascii():
            return ""
        return nonce if secrets.compare_digest(vouched, self._vouched(nonce, account)) else ""

    def _vouched(self, nonce: str, account: Account) -> str:
        # With the moment of its making: an account of the same name that is made anew is another one.
        said = f"{nonce}\0{account.name}\0{account.created_unix_s!r}".encode()
        return hmac.new(bytes.fromhex(self._file.device_key), said, hashlib.sha256).hexdigest()

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
        with self._alone():
            self._change(tokens=(*self._file.tokens, token))
        return token, secret

    def remove_token(self, token_id: str) -> None:
        """Take a token away.

        Raises:
            RefusedError: if there is none of that id.
        """
        with self._alone():
            if not any(token.id == token_id for token in self._file.tokens):
                raise refused(404, "no_token", where=token_id)
            self._change(tokens=tuple(token for token in self._file.tokens if token.id != token_id))

    def token(self, secret: str) -> Token | None:
        """Return the token of a secret; None where it is none."""
        digest = _digest(secret)
        self._look_again()
        return next((token for token in self._file.tokens if secrets.compare_digest(token.hash, digest)), None)

    # -- the disk -----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the file again if somebody has changed it at the command line.

        Raises:
            Exception: as long as it is damaged; then who is known stays known, nobody else is let in, and nothing is
                changed.
        """
        with self._lock:
            seen = self._stat()
            if seen != self._stat_seen:
                self._file = self._files.read(self._path, _File, _File())
                self._stat_seen = seen

    def _look_again(self) -> None:
        """Read the file again if it has changed; where it cannot be read who was known stays known (see `refresh`)."""
        if self._stat() != self._stat_seen:
            with suppress(Exception):
                self.refresh()

    def _stat(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Change what the file says now, and let no other thread or process do so meanwhile.

        Raises:
            RefusedError: if the folder cannot be written to, or the file is damaged: it is not written over.
        """
        with self._lock:
            if self._depth:
                yield  # somebody further out holds it
                return
            with ExitStack() as held:
                try:
                    held.enter_context(held_by_one(self._lock_path))
                    self.refresh()
                except Exception as error:
                    raise refused(507, "disk", where=str(self._path), why=str(error)) from error
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1

    def _change(
        self,
        *,
        users: tuple[Account, ...] | None = None,
        sessions: tuple[Session, ...] | None = None,
        tokens: tuple[Token, ...] | None = None,
        device_key: str = "",
    ) -> None:
        before = self._file
        after = _File(
            users=before.users if users is None else users,
            sessions=before.sessions if sessions is None else sessions,
            tokens=before.tokens if tokens is None else tokens,
            device_key=device_key or before.device_key,
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
