"""Why a student is not taken."""

from sumika.schema import SumikaError


class StudentRefused(SumikaError):  # noqa: N818 - a refusal is what is meant to happen; the house goes on without
    """A student is missing, unsigned, altered, somebody else's or not what was asked for.

    Says what, where, and what to do.
    """
