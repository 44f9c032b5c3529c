"""A finished reader of sentences in its folder: exports, what it says of itself, card, result, bill; signed."""

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from sumika.distil.about import ABOUT, FORMAT, About, Model, Paid, Shown, about_json
from sumika.distil.array_about import CORE_HOUR_EUR
from sumika.distil.array_finish import one_thread
from sumika.distil.card.records import Card, Evaluation, Export, Licensed, Teacher
from sumika.distil.card.render import write_card
from sumika.distil.compare import RunResult
from sumika.distil.domain import Domain, Reference
from sumika.distil.ledger.ledger import Summary
from sumika.distil.ledger.quote import Quote, predicted_and_actual
from sumika.distil.model_folder import make_room
from sumika.distil.networks.reader import flops_per_place, parameters_of
from sumika.distil.sentence_asked import asked_of_readers
from sumika.distil.sentence_data import fact_lines
from sumika.distil.sentence_reading import Reading
from sumika.distil.sentence_run import ALONE, INT8, NAMES, PLAIN, STUDENT, TEACHER, SentenceOutcome, SentenceRun
from sumika.distil.sign import sign_folder
from sumika.distil.store import key_of, write_whole
from sumika.distil.teachers.lineage import Lineage, check_lineage
from sumika.distil.teachers.terms import terms_of
from sumika.distil.uncertain import Uncertainty

RESULT, REPORT = "result.json", "report.json"
LICENCE = "Apache-2.0"
UNBOUNDED = 1e12
"""Spread of what says nothing: codes are numbers of rows, no quantities."""
USUAL = 0.995


class SentenceFinish(SentenceRun):
    """A recipe's run with its bill and its card."""

    def check_licence(self) -> None:
        """Do nothing if the data's licence allows the recipe's purpose.

        Raises:
            UsageError: if it does not.
        """
        data = Licensed(name=self.recipe.data.name, licence=self.source.licence)
        check_lineage(Lineage(teachers=(), data=(data,)), self.recipe.purpose)

    def finish(self, folder: Path, *, quote: Quote | None = None, command: str = "", commit: str = "") -> About:
        """Run everything and write the model folder.

        Args:
            folder: Made if it is not there; files of an earlier run of the same name are replaced.
            quote: Made before the run; stands in the card beside what happened.
            command: That was given.
            commit: Of the code.

        Raises:
            UsageError: if the licence of the data does not allow the recipe's purpose.
        """
        self.check_licence()
        with one_thread():
            outcome, latency_s = self.outcome, self.latency_s  # before the bill is drawn up
            domain = self._domain()
        bill = self.stages.ledger.summary(self.stages.run_id, self.stages.keys)
        about = self._about(outcome, domain, bill, latency_s, commit)
        card = self._card(outcome, bill, quote, command=command, commit=commit)
        result = self._result(outcome, bill)
        make_room(folder)  # as late as can be: until here an earlier model stays whole
        for name, digest in self.exported.outputs.items():
            write_whole(folder / name, self.stages.store.get(digest))
        write_card(folder, card)
        write_whole(folder / RESULT, msgspec.json.encode(result))
        write_whole(folder / REPORT, msgspec.json.encode(outcome))
        write_whole(folder / ABOUT, about_json(about))
        sign_folder(folder)
        return about

    @property
    def parameters(self) -> int:
        """Of the student: of all networks that answer together."""
        return sum(parameters_of(self.network(one, self.recipe.student)) for one in self.students)

    @property
    def teacher_parameters(self) -> int:
        """Of all members; 0 without a teacher."""
        teacher = self.recipe.teacher
        if teacher is None:
            return 0
        return teacher.members * parameters_of(self.network(self.members[0], teacher.network))

    def _domain(self) -> Domain:
        """Return what is usual of the layer before the intents; the codes themselves are no quantities."""
        from sumika.distil.sentence_run import OnnxReader

        reader, asked = OnnxReader(self.int8), self.asked
        rows = range(0, len(asked), max(1, len(asked) // 1500))
        hidden = np.stack([reader(asked.codes[asked.starts[row] : asked.starts[row + 1]])[1] for row in rows])
        centre, spread = hidden.mean(axis=0), np.maximum(hidden.std(axis=0), 1e-3)
        far = float(np.quantile(np.sqrt((((hidden - centre) / spread) ** 2).mean(axis=1)), USUAL))
        codes = 2 * self.coding.channels + 1
        reference = Reference(
            centre=(0.0,) * codes + tuple(np.round(centre, 5).tolist()),
            spread=(UNBOUNDED,) * codes + tuple(np.round(spread, 5).tolist()),
            hidden=hidden.shape[1],
        )
        return Domain(kind="points", reference=reference, limits=(1.0, 1.0, far))

    def _about(self, outcome: SentenceOutcome, domain: Domain, bill: Summary, latency_s: float, commit: str) -> About:
        recipe, file = self.recipe, NAMES["onnx-int8"]
        coding = self.coding
        reading: Reading = msgspec.structs.replace(self.reading, sure=outcome.sure.weights)
        return About(
            format=FORMAT,
            name=recipe.name,
            about=recipe.about,
            features=self.source.features,
            classes=tuple(name or "nothing" for name in self.table.intents),
            model=Model(
                file=file,
                sha256=hashlib.sha256(self.int8).hexdigest(),
                shape=(coding.longest, coding.channels),
                masked=False,
                outputs=len(self.table.intents),
                parameters=self.parameters,
                size_bytes=len(self.int8),
                latency_s=latency_s,
            ),
            calibration=outcome.calibration,
            domain=domain,
            uncertainty=Uncertainty(),
            shown=self._shown(outcome),
            paid=_paid(bill),
            evidence=self.source.evidence,
            licence=self.source.licence,
            cite=self.source.cite,
            caveats=recipe.caveats,
            recipe_sha256=key_of(recipe),
            commit=commit,
            reading=reading,
        )

    def _shown(self, outcome: SentenceOutcome) -> Shown:
        overall = outcome.overall
        sets = {f"{one.part}, {one.domain}": one.exact[INT8] for one in outcome.sets}
        return Shown(
            metric="exact",
            teacher=overall[TEACHER],
            student=overall[STUDENT],
            int8=overall[INT8],
            plain=overall[self.untaught],
            kept=outcome.kept,
            gained=outcome.gained,
            int8_lost=outcome.int8_lost,
            log_loss=outcome.log_loss,
            error_before=outcome.errors[0],
            error_after=outcome.errors[1],
            disturbed=sets,
            groups=sum(one.groups for one in outcome.sets),
            examples=len(self.scored),
            teacher_parameters=self.teacher_parameters,
            parameter_ratio=self.teacher_parameters / self.parameters,
        )

    def _card(self, outcome: SentenceOutcome, bill: Summary, quote: Quote | None, *, command: str, commit: str) -> Card:
        recipe = self.recipe
        flops = len(self.students) * flops_per_place(recipe.student, self.outputs)
        entries = self.stages.ledger.entries(self.stages.run_id, self.stages.keys)
        keys = {one.key for one in self.members}
        days = sorted(entry.started[:10] for entry in entries if entry.key in keys)
        lost = 100 * outcome.int8_lost.value
        readers = f"{len(self.members)} readers, {self.teacher_parameters:,} parameters, trained here"
        teacher = Teacher(
            name=readers if self.members else "the sentences' own labels, right by the way they are made",
            version=(self.members[0] if self.members else self.sentences).key[:16],
            dates=(days[0], days[-1]) if days else ("", ""),
            traces=len(self.learnt),
            terms="own",
            clause=terms_of("own").said,
        )
        data = Licensed(
            name=recipe.data.name,
            licence=self.source.licence,
            source=self.source.cite,
            examples=len(self.learnt),
            sha256=self.sentences.outputs["lines"],
        )
        return Card(
            name=recipe.name,
            summary=recipe.about,
            purposes=(f"{recipe.purpose}: short sentences of the kinds that its data have",),
            not_for=("Anything that is carried out without a second check.", "Languages that its data do not have."),
            parameters=self.parameters,
            flops_per_answer=flops * float(self.asked.lengths.mean()),
            licence=LICENCE,
            data=(data,),
            teachers=(teacher,),
            evaluations=_evaluations(outcome),
            exports=tuple(
                Export(
                    format=form,
                    size_bytes=len(self.stages.store.get(self.exported.outputs[NAMES[form]])),
                    latency_s=self.latency_s if form == "onnx-int8" else 0.0,
                    latency_on="one core, from letters to reading" if form == "onnx-int8" else "",
                    loss_points=lost if form == "onnx-int8" else None,
                )
                for form in recipe.export
            ),
            bill=bill,
            predicted=tuple(predicted_and_actual(quote, entries)) if quote else (),
            command=command,
            seed=recipe.seed,
            commit=commit,
            recipe_sha256=key_of(recipe),
            limits=(
                f"evidence: {self.source.evidence or 'not stated'}",
                *recipe.caveats,
                *self._together,
                *outcome_lines(outcome, self.untaught),
                *self.sentences.facts["told"],
                *fact_lines(self.sentences.facts["counts"]),
            ),
        )

    @property
    def _together(self) -> list[str]:
        """What there is to say of several networks."""
        own = "a start and sentences" if any(self.recipe.partners) else "a start"
        count = len(self.students)
        return [f"{count} networks answer together, each of {own} of its own"] if count > 1 else []

    def _result(self, outcome: SentenceOutcome, bill: Summary) -> RunResult:
        kept = self.stages.store.get_arrays(self.evaluated.outputs["right"])[INT8.replace(" ", "_")]
        scores: dict[str, dict[str, float]] = {}
        for number, (line, right) in enumerate(zip(self.scored, kept.tolist(), strict=True)):
            scores.setdefault(f"{line.part}, {line.domain}", {})[str(number)] = float(right)
        return RunResult(
            name=f"{self.recipe.name} {self.stages.run_id}",
            scores=scores,
            parameters=self.parameters,
            size_bytes=len(self.int8),
            latency_s=self.latency_s,
            student_usd=bill.student.bill.total_usd,
            all_in_usd=bill.all_in.bill.total_usd,
        )


def _paid(bill: Summary) -> Paid:
    alone, everything = (one.spent.cpu_s / 60 for one in (bill.student, bill.all_in))
    return Paid(
        student_core_minutes=alone,
        student_eur=alone / 60 * CORE_HOUR_EUR,
        all_in_core_minutes=everything,
        all_in_eur=everything / 60 * CORE_HOUR_EUR,
        core_hour_eur=CORE_HOUR_EUR,
    )


def _evaluations(outcome: SentenceOutcome) -> tuple[Evaluation, ...]:
    note = "the whole reading, letter for letter; intervals by drawing whole lines of the grammar"
    return tuple(
        Evaluation(name=f"{one.part}, {one.domain}", examples=one.examples, scores=one.exact, note=note)
        for one in outcome.sets
    )


def outcome_lines(outcome: SentenceOutcome, untaught: str = PLAIN) -> list[str]:
    """Return what a run has shown beside its table, as lines for people.

    Args:
        outcome: Of the run.
        untaught: Whom the student is measured against.
    """
    gained, lost, sure = outcome.gained, outcome.int8_lost, outcome.sure
    than = "without its teacher" if untaught == PLAIN else untaught
    of = "of one network " if ALONE in outcome.overall else ""
    lines = [
        f"the student {of}reads {_points(gained)} points more rightly than {than}, over all sets",
        *(f"  {part}: {_points(one)}" for part, one in outcome.gained_in.items()),
    ]
    for name, by_part in outcome.over_others.items():
        if name == untaught:
            continue
        lines += [
            f"the student without teacher over the {name}, points; {part}: {_points(one)}"
            for part, one in by_part.items()
        ]
    lines += [
        f"8 bits cost {_points(lost)} points; {100 * outcome.valid:.1f} % of the readings are allowed",
        f"probability that all is right: expected calibration error {sure.error:.3f}",
        f"  at least 0.9 in {100 * sure.answered:.0f} % of the sentences, {100 * sure.right:.1f} % of them right",
    ]
    return lines


def _points(one: "Sequence[float] | object") -> str:
    value, low, high = (100 * getattr(one, name) for name in ("value", "low", "high"))
    if any(math.isnan(part) for part in (value, low, high)):
        return "-"
    return f"{value:+.1f} [{low:+.1f}, {high:+.1f}]"


def as_text(outcome: SentenceOutcome, about: About) -> str:
    """Return a table of 80 columns."""
    names = [one for one in (TEACHER, STUDENT, ALONE, INT8, PLAIN, *outcome.over_others) if one in outcome.overall]
    untaught = PLAIN if PLAIN in outcome.overall else next(iter(outcome.over_others))
    lines = [f"{'share read wholly right, %':34}" + "".join(f"{_short(name):>9}" for name in names)]
    for one in outcome.sets:
        cells = "".join(f"{100 * one.exact[name].value:9.1f}" for name in names)
        lines.append(f"{one.part + ', ' + one.domain:34}{cells}")
    model, paid = about.model, about.paid
    lines += [
        *outcome_lines(outcome, untaught),
        f"{model.parameters:,} parameters, {model.size_bytes / 1000:,.0f} kB, {1000 * model.latency_s:.2f} ms",
        f"student: {paid.student_core_minutes:.1f} core-minutes, {paid.student_eur:.4f} €",
        f"all in: {paid.all_in_core_minutes:.1f} core-minutes, {paid.all_in_eur:.4f} €",
    ]
    asked = [
        f"{'yes' if enough else 'NO '}  {value} {what}" for what, (value, enough) in asked_of_readers(about).items()
    ]
    return "\n".join([*lines, "", "What is asked of a student of sentences:", *asked, ""])


def _short(name: str) -> str:
    return {INT8: "int8", PLAIN: "plain", ALONE: "one"}.get(name, name.removeprefix("without ")[:8])
