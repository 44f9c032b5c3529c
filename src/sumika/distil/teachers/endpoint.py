"""A teacher behind an OpenAI-compatible chat endpoint: asked in parallel, within its limits and within a budget."""

import asyncio
import os
import random
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence

import httpx
import msgspec

from sumika.distil.records import Example, Trace, Usage
from sumika.distil.teachers._chat import ProblemError, ask
from sumika.distil.teachers._fields import Told
from sumika.distil.teachers._retry import Clock, Pace, Sleep
from sumika.distil.teachers.base import (
    Faults,
    Progress,
    TeacherError,
    TeachReport,
    finish_of,
    report_of,
    today,
    unwatched,
)
from sumika.distil.teachers.journal import Journal, key_of
from sumika.distil.teachers.presets import EndpointSettings, is_loopback

GIVE_UP_AFTER = 5  # questions in a row without an answer: the rest would fare the same
CALLS_GIVEN = 3  # a question whose requests failed through so many calls is taken to be what fails, not the hour
NEVER_THE_QUESTION = ("rate limit", "unreachable")
KEPT = "What was answered is kept; call the same command again to go on."


class Question(msgspec.Struct, frozen=True):
    """One answer that is wanted."""

    key: str
    example: Example
    try_index: int


class EndpointTeacher:
    """A teacher behind a chat endpoint.

    Attributes:
        settings: Which, and how it is asked.
        name: For people and for the lineage.
        version: The model that is asked for; each trace says which one answered.
        terms: Identifier of the terms.
        report: On the last call of `answer`.
    """

    def __init__(
        self,
        settings: EndpointSettings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        environment: Mapping[str, str] | None = None,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = time.monotonic,
    ) -> None:
        self.settings = settings
        self.name, self.version, self.terms = settings.shown_name, settings.model, settings.known.terms
        self.report = TeachReport(teacher=self.name)
        self._transport, self._sleep, self._clock = transport, sleep, clock
        self._environment = os.environ if environment is None else environment

    def answer(self, examples: Sequence[Example], journal: Journal, progress: Progress = unwatched) -> list[Trace]:
        """Return the traces of the examples, in their order; as `Teacher.answer`.

        Raises:
            UsageError: if the key is missing; before anything is asked.
            TeacherError: if the endpoint cannot or may not be asked further: the key is refused, the cap is reached,
                another model answers, nothing is answered any more; or if answers are missing from faults that can
                pass. The journal keeps what was answered.
            StoreError: if the disk is full.
        """
        key = self.settings.key(self._environment)
        questions = self.questions(examples)
        faults = Faults()
        round_ = _Round(self.settings, self.name, journal, faults, Pacing(self.settings, self._clock, self._sleep))
        round_.watch(questions, progress)
        reused = sum(journal.get(question.key) is not None for question in questions)
        try:
            asyncio.run(self._ask(round_, key))
        finally:
            traces = self._traces(questions, journal)
            version = journal.first_version or self.version
            counts = {"reused": reused, "requests": round_.requests}
            self.report = report_of(self.name, version, len(questions), traces, faults, journal, **counts)
        stop = round_.stop or round_.missing()
        if stop:
            raise stop
        return traces

    def questions(self, examples: Sequence[Example]) -> list[Question]:
        """Return every answer that is wanted; equal prompts have equal keys and are asked once."""
        deciding = self.settings.deciding()
        return [
            Question(key_of(self.name, deciding, example.prompt, try_index), example, try_index)
            for example in examples
            for try_index in range(self.settings.samples)
        ]

    async def _ask(self, round_: "_Round", key: str) -> None:
        settings = self.settings
        limits = httpx.Timeout(settings.silence_timeout_s, connect=settings.connect_timeout_s, pool=None)
        host = httpx.URL(settings.known.base_url).host
        client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=limits,
            limits=httpx.Limits(max_connections=settings.concurrency),
            transport=self._transport,
            trust_env=not is_loopback(host),  # no proxy stands between this machine and itself
        )
        async with client, asyncio.TaskGroup() as group:
            for _ in range(settings.concurrency):
                group.create_task(round_.work(client, key))

    @staticmethod
    def _traces(questions: Sequence[Question], journal: Journal) -> list[Trace]:
        found = [(question, journal.get(question.key)) for question in questions]
        return [msgspec.structs.replace(trace, example_id=one.example.id) for one, trace in found if trace is not None]


class Pacing:
    """The limits per minute, and how to wait."""

    def __init__(self, settings: EndpointSettings, clock: Clock, sleep: Sleep) -> None:
        self.sleep = sleep
        self.requests = Pace(settings.requests_per_minute, clock, sleep)
        self.tokens = Pace(settings.tokens_per_minute, clock, sleep)


class _Round:
    """One call of `answer`: what is waiting, under way and done.

    Attributes:
        stop: Why nothing more is asked; None while there is no reason.
        requests: Sent so far.
        done: Answers there are.
    """

    def __init__(self, settings: EndpointSettings, name: str, journal: Journal, faults: Faults, pacing: Pacing) -> None:
        self.settings, self.name, self.journal, self.faults, self.pacing = settings, name, journal, faults, pacing
        self.stop: Exception | None = None
        self.requests = self.done = 0
        self._waiting: deque[Question] = deque()
        self._total = self._failed_in_a_row = self._most_tokens = 0
        self._url = f"{settings.known.base_url}/chat/completions"
        self._missing: Counter[str] = Counter()
        self._progress: Progress = unwatched
        self._settled = asyncio.Event()
        self._draw = random.Random()

    def watch(self, questions: Sequence[Question], progress: Progress) -> None:
        """Take what is wanted; only what has no answer yet waits, each once."""
        self._progress, self._total = progress, len(questions)
        waiting = {one.key: one for one in questions if self.journal.get(one.key) is None}
        self._waiting.extend(waiting.values())
        self.done = self._total - len(self._waiting)
        progress(self.done, self._total)

    def missing(self) -> TeacherError | None:
        """Return what is to be said if answers are missing that may come yet; they must not count as none for ever."""
        if not self._missing:
            return None
        kinds = ", ".join(f"{kind}: {count}" for kind, count in self._missing.most_common())
        return TeacherError(
            f"{self._missing.total()} of {self._total} answers are missing from faults that can pass ({kinds})",
            where=self.name,
            remedy=f"{KEPT} Only what is missing is asked then.",
        )

    async def work(self, client: httpx.AsyncClient, key: str) -> None:
        """Ask one question after the other until none waits or there is a reason to stop."""
        while self._waiting and self.stop is None:
            question = self._waiting.popleft()
            try:
                if await self._one(client, question):
                    self._failed_in_a_row = 0
                    self.done += 1
                    self._progress(self.done, self._total)
            except ProblemError as error:
                self._count(question, error, key)
            except Exception as error:  # what others have under way is paid for: it is awaited and kept
                self._halt(error)
            finally:
                self._settled.set()

    async def _one(self, client: httpx.AsyncClient, question: Question) -> bool:
        """Return whether there is an answer; False if the run stopped before."""
        backoff = self.settings.backoff
        for tries in range(1, backoff.tries + 1):
            worst_usd = await self._room_for(question)
            if worst_usd is None:
                return False
            try:
                told = await ask(
                    client, self._url, self.settings.body(question.example.prompt), self.settings.answer_timeout_s
                )
            except ProblemError as error:
                self.journal.fail(question.key, error.kind, worst_usd if error.billed else 0.0)
                self.faults.add(error.kind, question.example.id)
                self._settled.set()
                wait_s = backoff.delay_s(tries, error.wait_s, self._draw)
                if not error.again or tries == backoff.tries:
                    raise
                if wait_s > max(backoff.longest_wait_s, backoff.most_s):
                    detail = f"it says to wait {wait_s:.0f} s, longer than {backoff.longest_wait_s:.0f} s"
                    raise ProblemError(error.kind, detail, fatal=True) from error
                await self.pacing.sleep(wait_s)
            else:
                self._keep(question, told, worst_usd)
                return True
        raise AssertionError("the last try returns or raises")

    async def _room_for(self, question: Question) -> float | None:
        """Wait until a request may be sent, and note it; return the most it can cost, None if none may be sent."""
        prompt = question.example.prompt
        await self.pacing.requests.take(1)
        await self.pacing.tokens.take(len(prompt) / 4 + self.settings.max_tokens)
        # A model that wrote more than it was allowed to once may do so again.
        worst_usd = self.settings.worst_usd(prompt, max(self.settings.max_tokens, self._most_tokens))
        cap = self.settings.cap_usd
        while self.stop is None and cap is not None and self.journal.committed_usd + worst_usd > cap:
            if not self.journal.in_flight_usd:
                self._halt(self._cap_reached(worst_usd))
                break
            self._settled.clear()  # what is under way may turn out cheaper than it could have been
            await self._settled.wait()
        if self.stop is not None:
            return None
        self.journal.ask(question.key, worst_usd)
        self.requests += 1
        return worst_usd

    def _keep(self, question: Question, told: Told, worst_usd: float) -> None:
        trace = self._trace(question, told, worst_usd)
        written = trace.usage.reasoning_tokens + trace.usage.answer_tokens
        self._most_tokens = max(self._most_tokens, written)
        self.pacing.tokens.give_back(self.settings.max_tokens - written)
        first = self.journal.first_version
        if first and trace.version != first:
            self.journal.fail(question.key, "another model", trace.usage.money_usd, trace)
            self.faults.add("another model", question.example.id)
            raise TeacherError(
                f"the model changed in the middle: '{trace.version}' answers, '{first}' did before",
                where=self.name,
                remedy=f"{len(self.journal)} answers of '{first}' are kept. Name a fixed version as `model`, or begin "
                "anew in another folder: answers of two models must not be mixed unseen.",
            )
        self.journal.put(question.key, trace)

    def _trace(self, question: Question, told: Told, worst_usd: float) -> Trace:
        stated = told.prompt_tokens >= 0
        if not stated:
            self.faults.add("no usage", question.example.id)
        usage = Usage(
            prompt_tokens=told.prompt_tokens if stated else len(question.example.prompt) // 4,
            reasoning_tokens=told.reasoning_tokens if stated else len(told.reasoning) // 4,
            answer_tokens=told.answer_tokens if stated else len(told.answer) // 4,
        )
        written = usage.reasoning_tokens + usage.answer_tokens
        # Whoever does not say what was used is taken to have used the most.
        paid = self.settings.cost_usd(usage.prompt_tokens, written) if stated else worst_usd
        return Trace(
            example_id=question.example.id,
            reasoning=told.reasoning,
            answer=told.answer,
            teacher=self.name,
            version=told.model or self.settings.model,
            date=today(),
            terms=self.settings.known.terms,
            try_index=question.try_index,
            finish=finish_of(told.finish, told.answer),
            usage=msgspec.structs.replace(usage, money_usd=paid),
        )

    def _count(self, question: Question, error: ProblemError, key: str) -> None:
        self.faults.add("no answer", question.example.id)
        tries, failures = self.settings.backoff.tries, self.journal.failures(question.key, error.kind)
        perhaps_the_question = error.kind not in NEVER_THE_QUESTION
        if error.again and not (perhaps_the_question and failures >= CALLS_GIVEN * tries):
            self._missing[error.kind] += 1
        # A prompt that is refused, or that failed in an earlier call too, says nothing of the others, unless none has
        # ever been taken: where only such prompts are left no call would come to its end.
        alone = not error.again or (perhaps_the_question and failures > tries)
        self._failed_in_a_row += not alone or not len(self.journal)
        said = str(error).replace(key, "***") if key else str(error)
        if error.fatal:
            remedy = {
                "key refused": f"Check the key in {self.settings.known.key_env or 'key_env'}.",
                "no such model or address": f"Check `model` and `base_url` ({self._url}).",
                "no money": "Top up the account.",
            }.get(error.kind, "Try again later.")
            self._halt(TeacherError(said, where=self.name, remedy=f"{remedy} {KEPT}"))
        elif self._failed_in_a_row >= min(GIVE_UP_AFTER, self._total):
            problem = f"{self._failed_in_a_row} questions in a row without an answer, the last: {said}"
            self._halt(TeacherError(problem, where=self.name, remedy=KEPT))

    def _halt(self, error: Exception) -> None:
        """Ask nothing more; the first reason is told."""
        if self.stop is None:
            self.stop = error

    def _cap_reached(self, worst_usd: float) -> TeacherError:
        journal = self.journal
        return TeacherError(
            f"stopped before the cap of ${self.settings.cap_usd:.2f} could be passed: ${journal.paid_usd:.4f} are paid "
            f"for {len(journal)} answers, ${journal.perhaps_usd:.4f} more may have been billed for requests that broke "
            f"off, and the next one could cost ${worst_usd:.4f}",
            where=self.name,
            remedy="All answers are kept. Raise `cap_usd`, lower `max_tokens`, or go on with what there is.",
        )
