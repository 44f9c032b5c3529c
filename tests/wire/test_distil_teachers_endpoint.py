"""Teachers behind a chat endpoint that runs in another process and fails in every way that endpoints do."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from sumika.distil.store import StoreError
from sumika.distil.teachers._fields import Assembly, Told
from sumika.distil.teachers._retry import Backoff
from sumika.distil.teachers.base import TeacherError
from sumika.distil.teachers.endpoint import EndpointTeacher
from sumika.distil.teachers.journal import Journal
from sumika.evaluate.distil.faulty_endpoint import answer_to
from sumika.schema import UsageError
from tests.distil_teacher_helpers import Server, Waits, examples, prompts_of, serving, settings_with, teacher_at


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def server(endpoint: Server) -> Server:
    endpoint.forget()
    return endpoint


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal", reserve_bytes=4096) as opened:
        yield opened


@pytest.mark.parametrize("style", ["reasoning_content", "reasoning", "think", "gemini"])
def test_each_kind_gives_the_same_traces_in_the_order_of_the_examples(
    server: Server, journal: Journal, style: str
) -> None:
    asked = examples(*prompts_of(20, style))
    seen: list[tuple[int, int]] = []
    traces = teacher_at(server, model=style).answer(asked, journal, lambda done, total: seen.append((done, total)))
    assert [trace.example_id for trace in traces] == [one.id for one in asked]
    for example, trace in zip(asked, traces, strict=True):
        assert (trace.reasoning, trace.answer) == answer_to(example.prompt)
        assert (trace.version, trace.terms, trace.finish) == (f"{style}-2026", "own", "stop")
        assert trace.usage.reasoning_tokens == len(trace.reasoning)
        assert trace.usage.answer_tokens == len(trace.answer)
    assert seen == [(done, 20) for done in range(21)]
    assert set(server.count("served").values()) == {1}


def test_hidden_reasoning_is_empty_and_said(server: Server, journal: Journal) -> None:
    teacher = teacher_at(server, model="hidden")
    (trace,) = teacher.answer(examples("what is hidden"), journal)
    assert trace.reasoning == ""
    assert trace.usage.reasoning_tokens == len(answer_to("what is hidden")[0])
    assert teacher.report.faults == {"hidden reasoning": 1}


def test_what_stands_in_the_journal_is_not_asked_again_and_equal_prompts_are_asked_once(
    server: Server, tmp_path: Path
) -> None:
    asked = examples(*prompts_of(5, "kept"))
    twice = [*asked, msgspec.structs.replace(asked[0], answer="another id, the same prompt")]
    with Journal(tmp_path) as journal:
        first = teacher_at(server).answer(twice[:3], journal)
    with Journal(tmp_path) as journal:
        teacher = teacher_at(server)
        second = teacher.answer(twice, journal)
        assert (teacher.report.reused, teacher.report.requests, teacher.report.answered) == (4, 2, 6)
    assert second[:3] == first
    assert [trace.example_id for trace in second] == [one.id for one in twice]
    assert set(server.count().values()) == {1}


def test_several_samples_are_several_questions_and_settings_make_others(server: Server, journal: Journal) -> None:
    (asked,) = examples("drawn three times")
    traces = teacher_at(server, samples=3, temperature=1.0).answer([asked], journal)
    assert [trace.try_index for trace in traces] == [0, 1, 2]
    assert server.count()["drawn three times"] == 3
    teacher_at(server, samples=3, temperature=0.5).answer([asked], journal)
    assert server.count()["drawn three times"] == 6


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429", "rate limit"),
        ("500", "server error"),
        ("error", "server error"),
        ("cut", "cut"),
        ("json", "broken JSON"),
    ],
)
def test_what_passes_is_asked_again_after_a_growing_delay(
    server: Server, journal: Journal, fault: str, kind: str
) -> None:
    waits = Waits()
    backoff = Backoff(jitter=0.0, first_s=1.0)
    teacher = teacher_at(server, waits, backoff=backoff, input_usd_per_million=1.0, output_usd_per_million=1.0)
    prompt = f"patience @{fault}*3"
    (trace,) = teacher.answer(examples(prompt), journal)
    assert (trace.reasoning, trace.answer) == answer_to(prompt)
    assert waits.seconds == ([7.0, 7.0, 7.0] if fault == "429" else [1.0, 2.0, 4.0])
    assert teacher.report.faults == {kind: 3}
    assert teacher.report.examples == {kind: (trace.example_id,)}
    assert (teacher.report.requests, server.count()[prompt]) == (4, 4)
    broke_off = fault in {"cut", "json", "error"}
    assert teacher.report.perhaps_usd == pytest.approx(3 * teacher.settings.worst_usd(prompt, 1000) * broke_off)
    assert "patience" not in " ".join(teacher.report.lines())


def test_an_endpoint_that_falls_silent_is_given_up_and_asked_again(server: Server, journal: Journal) -> None:
    teacher = teacher_at(server, silence_timeout_s=0.2)
    (trace,) = teacher.answer(examples("patience @stall*1"), journal)
    assert trace.answer == answer_to("patience @stall*1")[1]
    assert teacher.report.faults == {"time-out": 1}
    slow = teacher_at(server, answer_timeout_s=0.2, backoff=Backoff(tries=1))
    with pytest.raises(TeacherError, match="without an answer, the last: time-out"):
        slow.answer(examples("for ever @stall"), journal)


def test_an_answer_that_was_not_streamed_is_taken_too(server: Server, journal: Journal) -> None:
    (trace,) = teacher_at(server).answer(examples("whole @plain"), journal)
    assert (trace.reasoning, trace.answer) == answer_to("whole @plain")


def test_rambling_empty_and_mute_answers_are_kept_counted_and_listed(server: Server, journal: Journal) -> None:
    asked = examples("fine", "a @length", "b @empty", "c @mute", "d @mute", "e @mute")
    teacher = teacher_at(server, concurrency=1)
    traces = teacher.answer(asked, journal)
    assert [trace.finish for trace in traces] == ["stop", "length", "empty", "stop", "stop", "stop"]
    assert teacher.report.faults == {"rambles": 1, "empty": 1, "no reasoning": 3}
    assert teacher.report.examples["no reasoning"] == tuple(one.id for one in asked[3:])
    told = "dropped its reasoning"
    assert told not in " ".join(teacher.report.lines())
    teacher.answer([*asked, *examples("f @mute")], journal)
    assert told in " ".join(teacher.report.lines())


def test_another_model_is_refused_and_what_the_first_has_answered_is_kept(server: Server, journal: Journal) -> None:
    asked = examples("one", "two", "three @other", "four")
    teacher = teacher_at(server, concurrency=1, input_usd_per_million=1.0, output_usd_per_million=1.0)
    said = r"'another-model' answers, 'reasoning_content-2026' did before.*2 answers of .* are kept"
    with pytest.raises(TeacherError, match=said):
        teacher.answer(asked, journal)
    assert len(journal) == 2
    assert server.count()["four"] == 0
    assert teacher.report.faults == {"another model": 1}
    assert teacher.report.perhaps_usd > 0
    assert all(journal.get(question.key) is None for question in teacher.questions(asked)[2:])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("401", "key refused: 401 bad key.*Check the key in SOME_KEY"),
        ("404", "no such model or address: 404.*Check `model`"),
        ("402", "no money: 402 insufficient balance.*Top up"),
    ],
)
def test_what_cannot_pass_stops_everything_at_once_and_never_shows_the_key(
    server: Server, journal: Journal, fault: str, said: str
) -> None:
    key = "sk-secret-1234567"
    teacher = teacher_at(server, environment={"SOME_KEY": key}, key_env="SOME_KEY", concurrency=1)
    asked = examples("fine", f"bad @{fault}", *prompts_of(10, fault))
    with pytest.raises(TeacherError, match=said) as caught:
        teacher.answer(asked, journal)
    assert (sum(server.count().values()), len(journal)) == (2, 1)
    assert key not in str(caught.value)
    assert key not in " ".join(teacher.report.lines())
    assert key.encode() not in journal.path.read_bytes()


def test_a_missing_key_is_told_before_anything_is_asked(server: Server, journal: Journal) -> None:
    teacher = teacher_at(server, key_env="SOME_KEY")
    with pytest.raises(UsageError, match=r"SOME_KEY is not set.*export SOME_KEY="):
        teacher.answer(examples("x"), journal)
    with pytest.raises(UsageError, match="holds what can be no key") as caught:
        teacher_at(server, key_env="SOME_KEY", environment={"SOME_KEY": "a b"}).answer(examples("x"), journal)
    assert "a b" not in str(caught.value)
    assert not server.count()


def test_a_prompt_that_is_refused_fails_alone(server: Server, journal: Journal) -> None:
    asked = examples("fine", *(f"too long {number} @400" for number in range(8)), "fine too")
    teacher = teacher_at(server, concurrency=1)
    traces = teacher.answer(asked, journal)
    assert [trace.example_id for trace in traces] == [asked[0].id, asked[-1].id]
    assert teacher.report.faults == {"refused": 8, "no answer": 8}
    assert sum(server.count().values()) == 10


def test_an_endpoint_that_answers_nothing_is_given_up(server: Server, journal: Journal) -> None:
    asked = examples(*(f"down {number} @500" for number in range(50)))
    teacher = teacher_at(server, concurrency=1, backoff=Backoff(tries=2))
    with pytest.raises(TeacherError, match="5 questions in a row without an answer, the last: server error: 500 over"):
        teacher.answer(asked, journal)
    assert sum(server.count().values()) == 10
    with pytest.raises(TeacherError, match="refused: 400 prompt too long"):
        teacher_at(server, concurrency=1).answer(examples(*(f"all {number} @400" for number in range(9))), journal)


def test_what_is_missing_from_faults_that_pass_is_told_and_asked_by_the_next_call(
    server: Server, tmp_path: Path
) -> None:
    asked = examples("fine", "busy @429*2", "fine too", "too long @400")
    backoff = Backoff(tries=2)
    with Journal(tmp_path) as journal:
        said = r"1 of 4 answers are missing from faults that can pass \(rate limit: 1\).*call the same command again"
        teacher = teacher_at(server, concurrency=1, backoff=backoff)
        with pytest.raises(TeacherError, match=said):
            teacher.answer(asked, journal)
        assert teacher.report.answered == 2
    with Journal(tmp_path) as journal:
        traces = teacher_at(server, backoff=backoff).answer(asked, journal)
    assert [trace.example_id for trace in traces] == [one.id for one in asked[:3]]
    assert server.count() == {"fine": 1, "busy @429*2": 3, "fine too": 1, "too long @400": 2}


def test_a_question_on_which_the_server_fails_in_call_after_call_has_no_answer(server: Server, tmp_path: Path) -> None:
    asked = examples("fine", "breaks it @500")
    for call in (1, 2, 3):
        with Journal(tmp_path) as journal:
            teacher = teacher_at(server, backoff=Backoff(tries=2))
            if call < 3:
                with pytest.raises(TeacherError, match=r"1 of 2 answers are missing.*server error: 1"):
                    teacher.answer(asked, journal)
            else:
                assert [trace.example_id for trace in teacher.answer(asked, journal)] == [asked[0].id]
    assert server.count() == {"fine": 1, "breaks it @500": 6}


def test_many_questions_on_which_the_server_fails_keep_no_run_from_its_end(server: Server, tmp_path: Path) -> None:
    asked = examples("fine", *(f"breaks it {number} @500" for number in range(7)), "fine too")
    told = []
    for _ in range(5):
        with Journal(tmp_path) as journal:
            try:
                traces = teacher_at(server, concurrency=1, backoff=Backoff(tries=2)).answer(asked, journal)
            except TeacherError as error:
                told.append(error.problem)
            else:
                break
    assert [trace.example_id for trace in traces] == [asked[0].id, asked[-1].id]
    assert [problem.split(" without")[0].split(" from")[0] for problem in told] == [
        "5 questions in a row",  # in the first call nobody knows whether it is they or the hour
        "7 of 9 answers are missing",
        "2 of 9 answers are missing",
    ]
    assert set(server.count().values()) == {1, 8, 6}


def test_an_hour_in_which_the_server_fails_ends_each_call_while_there_are_questions_new_to_it(
    server: Server, tmp_path: Path
) -> None:
    asked = examples("fine", *(f"down again {number} @500" for number in range(20)))
    for call in (1, 2):
        with Journal(tmp_path) as journal, pytest.raises(TeacherError, match="5 questions in a row"):
            teacher_at(server, concurrency=1, backoff=Backoff(tries=2)).answer(asked, journal)
        assert len(server.count()) == 1 + 5 * call


def answering(request: httpx.Request) -> httpx.Response:
    """Answer with the prompt itself, whole."""
    prompt = msgspec.json.decode(request.content)["messages"][-1]["content"]
    choice = {"message": {"content": prompt}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1}
    return httpx.Response(200, json={"model": "m", "choices": [choice], "usage": usage})


def test_an_answer_that_nobody_thought_of_is_one_questions_trouble(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Assembly.told

    def odd(assembly: Assembly) -> Told:
        if (found := told(assembly)).answer == "odd":
            raise KeyError("a field")
        return found

    monkeypatch.setattr(Assembly, "told", odd)
    teacher = EndpointTeacher(
        settings_with(backoff=Backoff(tries=2)),
        transport=httpx.MockTransport(answering),
        environment={},
        sleep=Waits(),
    )
    with pytest.raises(TeacherError, match=r"1 of 4 answers are missing.*\(odd answer: 1\)"):
        teacher.answer(examples("odd", "a", "b", "c"), journal)
    assert len(journal) == 3


def test_an_error_of_our_own_is_told_as_it_is_once_what_is_under_way_is_kept(journal: Journal) -> None:
    broken, under_way = asyncio.Event(), asyncio.Barrier(3)

    async def answer(request: httpx.Request) -> httpx.Response:
        await under_way.wait()
        if b"slow" in request.content:
            await broken.wait()
        return answering(request)

    def show(done: int, total: int) -> None:
        if done == 1:
            broken.set()
            raise BrokenPipeError("nobody looks")

    teacher = EndpointTeacher(
        settings_with(concurrency=3), transport=httpx.MockTransport(answer), environment={}, sleep=Waits()
    )
    with pytest.raises(BrokenPipeError, match="nobody looks"):
        teacher.answer(examples("fast", "slow one", "slow two", "never asked"), journal, show)
    assert len(journal) == 3


def test_a_wait_that_is_too_long_is_told_and_not_waited(server: Server, journal: Journal) -> None:
    waits = Waits()
    teacher = teacher_at(server, waits, backoff=Backoff(most_s=1.0, longest_wait_s=5.0))
    with pytest.raises(TeacherError, match="it says to wait 7 s, longer than 5 s"):
        teacher.answer(examples("x @429"), journal)
    assert waits.seconds == []


def test_nobody_listening_is_one_clear_line(tmp_path: Path, journal: Journal) -> None:
    teacher = teacher_at(Server(tmp_path))
    with pytest.raises(TeacherError, match="without an answer, the last: unreachable"):
        teacher.answer(examples("x"), journal)


@pytest.mark.parametrize("concurrency", [1, 8])
def test_money_stops_before_the_cap_and_the_run_goes_on_when_it_is_raised(
    server: Server, tmp_path: Path, concurrency: int
) -> None:
    prices: dict[str, Any] = {"input_usd_per_million": 1.0, "output_usd_per_million": 1000.0}
    asked = examples(*prompts_of(40, "dear"))
    cost_usd = 1e-3 * sum(map(len, answer_to(asked[0].prompt)))
    with Journal(tmp_path) as journal:
        teacher = teacher_at(server, concurrency=concurrency, cap_usd=2.0, **prices)
        with pytest.raises(TeacherError, match=r"before the cap of \$2.00 could be passed.* paid for \d+ answers"):
            teacher.answer(asked, journal)
        # An answer may cost a dollar (1000 tokens) until it is there; one is asked only while one more dollar fits.
        assert 1.0 - cost_usd < journal.paid_usd <= 2.0
        assert (journal.committed_usd, journal.lost_in_flight) == (journal.paid_usd, 0)
        assert teacher.report.answered == len(journal) == sum(server.count().values())
    with Journal(tmp_path) as journal:
        with pytest.raises(TeacherError, match="before the cap"):
            teacher_at(server, cap_usd=2.0, **prices).answer(asked, journal)
        assert len(teacher_at(server, cap_usd=100.0, **prices).answer(asked, journal)) == 40
    assert set(server.count().values()) == {1}


def test_a_full_disk_stops_the_asking_and_keeps_what_is_under_way(server: Server, journal: Journal) -> None:
    teacher = teacher_at(server, concurrency=1)
    asked = examples(*prompts_of(6, "full"))

    def fill(done: int, total: int) -> None:
        journal.full = done == 3

    with pytest.raises(StoreError, match="disk is full; 3 answers are kept"):
        teacher.answer(asked, journal, fill)
    journal.full = False
    assert len(teacher.answer(asked, journal)) == 6
    assert set(server.count().values()) == {1}


def test_limits_per_minute_are_kept(server: Server, journal: Journal) -> None:
    waits = Waits()
    now_s = 0.0
    teacher = EndpointTeacher(
        settings_with(requests_per_minute=60.0, concurrency=1),
        transport=server.transport(),
        environment={},
        sleep=waits,
        clock=lambda: now_s,
    )
    teacher.answer(examples(*prompts_of(4, "slowly")), journal)
    assert waits.seconds == [1.0, 2.0, 3.0]  # the clock stands still: each waits for its own second
    waits.seconds.clear()
    tokens = teacher_at(server, waits, tokens_per_minute=6000.0, concurrency=1)
    tokens.answer(examples(*prompts_of(2, "by tokens")), journal)
    reasoning, answer = answer_to("by tokens 0")
    written = len(reasoning) + len(answer)
    assert waits.seconds == [pytest.approx((written + len("by tokens 0") / 4) / 100, abs=0.3)]
