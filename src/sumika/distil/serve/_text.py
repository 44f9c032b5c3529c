"""From tokens to text as it grows: whole characters, reasoning apart from the answer, ended by stop texts."""

from collections.abc import Sequence

from sumika.distil.language.tokenizer import Tokenizer

BROKEN = "\ufffd"  # what a decoder puts where the bytes of a character are not complete


class Growing:
    """The text of tokens that come one by one.

    A token may hold a part of a character, and some tokenizers decode a token differently at the start of a text, so
    that every piece is decoded behind the one before it.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._before: list[int] = []
        self._fresh: list[int] = []

    def add(self, token: int) -> str:
        """Return what a token adds; "" while a character is not complete."""
        self._fresh.append(token)
        text = self._now()
        # No character has more than four bytes: what is still broken then stays so.
        if text.endswith(BROKEN) and len(self._fresh) < 4:
            return ""
        self._before, self._fresh = self._fresh, []
        return text

    def rest(self) -> str:
        """Return what has been held back, once no more tokens come."""
        text = self._now() if self._fresh else ""
        self._fresh = []
        return text

    def _now(self) -> str:
        before = self._tokenizer.decode(self._before) if self._before else ""
        return self._tokenizer.decode([*self._before, *self._fresh])[len(before) :]


class Search:
    """Looks for texts in a text that grows; holds back what may be the beginning of one.

    Attributes:
        found: The text that was found; "" while none was.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [text for text in texts if text]
        self._held = ""
        self.found = ""

    def add(self, text: str) -> tuple[str, str]:
        """Return what stands before the first text that is found, and what comes after it; "" after it if none is."""
        held = self._held + text
        places = [(held.find(wanted), wanted) for wanted in self._texts if wanted in held]
        if places:
            place, self.found = min(places, key=lambda one: one[0])
            self._held = ""
            return held[:place], held[place + len(self.found) :]
        kept = max((_overlap(held, wanted) for wanted in self._texts), default=0)
        self._held = held[len(held) - kept :]
        return held[: len(held) - kept], ""

    def rest(self) -> str:
        """Return what has been held back, once no more text comes."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, wanted: str) -> int:
    """Return how many characters at the end of a text are the beginning of what is looked for."""
    most = min(len(text), len(wanted) - 1)
    return next((size for size in range(most, 0, -1) if text.endswith(wanted[:size])), 0)


class Reply:
    """One answer as it grows.

    Attributes:
        tokens: Written.
        reasoning_tokens: Of these, before the end of thinking.
        reasoning: All of it so far.
        answer: As `reasoning`.
        stopped: A stop text has come: nothing after it counts.
    """

    def __init__(self, tokenizer: Tokenizer, end_think: Sequence[int], stops: Sequence[str], *, thinking: bool) -> None:
        self._growing = Growing(tokenizer)
        self._end = Search([tokenizer.decode(list(end_think))])
        self._end_tokens = len(end_think)
        self._stops = Search(stops)
        self._thinking = thinking
        self.tokens = self.reasoning_tokens = 0
        self.reasoning = self.answer = ""
        self.stopped = False

    def add(self, token: int) -> tuple[str, str]:
        """Take one more token; return what is new of the reasoning and of the answer."""
        self.tokens += 1
        return self._sort(self._growing.add(token))

    def rest(self) -> tuple[str, str]:
        """Return what has been held back, once no more tokens come."""
        if self.stopped:
            return "", ""
        reasoning, answer = self._sort(self._growing.rest())
        if self._thinking:
            more = self._end.rest()
            self.reasoning += more
            return reasoning + more, answer
        more = self._stops.rest()
        self.answer += more
        return reasoning, answer + more

    def _sort(self, text: str) -> tuple[str, str]:
        reasoning = ""
        if self._thinking:
            reasoning, text = self._end.add(text)
            self.reasoning += reasoning
            self.reasoning_tokens = self.tokens
            if self._end.found:
                self._thinking = False
                self.reasoning_tokens = self.tokens - self._end_tokens
        answer, _ = self._stops.add(text)
        self.answer += answer
        self.stopped = bool(self._stops.found)
        return reasoning, answer
