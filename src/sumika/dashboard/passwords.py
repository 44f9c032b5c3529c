"""Passwords as argon2id hashes; one is worked out at a time, so that a flood of log-ins cannot fill the memory."""

import threading

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 256
"""Letters. NIST SP 800-63B-4 asks for 15 where a password is all, with at least 8; a home is between the two."""

# OWASP, Password Storage Cheat Sheet: argon2id with at least 19 MiB, 2 passes, 1 lane. One pass more than that.
_HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_ONE_AT_A_TIME = threading.Lock()


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    with _ONE_AT_A_TIME:
        return _HASHER.hash(password)


# Of no password anybody has: working it out takes as long for a name that is not known as for one that is.
_NOBODY = hashed("nobody has this password")


def fits(password: str, kept: str | None) -> bool:
    """Return whether a password is the one that a hash was made of; takes the same time where there is no hash.

    Args:
        password: As typed.
        kept: The hash; None where nobody has that name.
    """
    with _ONE_AT_A_TIME:
        try:
            _HASHER.verify(kept or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None
