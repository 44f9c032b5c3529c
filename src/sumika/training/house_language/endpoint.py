"""Paraphrases by a large model, where the owner has one: asked for each of some sentences, and believed in nothing.

Pieces go in brackets, so that they can be found again; what comes back is labelled by them and tried like every other
sentence. What has lost a piece, has another language's letters or fails its trial is thrown away and counted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from sumika.assistant.calls import Call
from sumika.distil.recipe_teachers import EndpointTeacher
from sumika.distil.records import Example
from sumika.distil.sentence_data import Labelled
from sumika.distil.teachers.presets import EndpointSettings
from sumika.distil.teaching import ask
from sumika.training.house_language.tried import problem_of

LONGEST = 96
BRACKETED = re.compile(r"\[([^\[\]]*)\]")
ASKED = {
    "ja": "家に話しかける次の一文を、意味を変えずに、まったく別の自然な言い方に言い換えてください。"
    "[ ]の中の語はそのまま、[ ]も付けたまま残してください。言い換えた一文だけを答えてください。\n",
    "en": "Say the following sentence, which somebody says to a house, in a completely different natural way that "
    "means the same. Keep the words in [ ] letter for letter, brackets too. Answer with that one sentence alone.\n",
}


def bracketed(line: Labelled) -> str:
    """Return a sentence with its pieces in brackets."""
    text, last = "", 0
    for _, first, end in sorted(line.pieces, key=lambda one: one[1]):
        text += f"{line.text[last:first]}[{line.text[first:end]}]"
        last = end
    return text + line.text[last:]


def relabelled(line: Labelled, answer: str) -> tuple[Labelled | None, str]:
    """Return the sentence of an answer with the label of the one that was asked for, or why it is thrown away.

    Args:
        line: That was asked for.
        answer: Of the model.
    """
    said = answer.strip().strip('"「」').splitlines()[0].strip() if answer.strip() else ""
    kinds = {line.text[first:last]: kind for kind, first, last in line.pieces}
    text, pieces, last = "", list[tuple[str, int, int]](), 0
    for found in BRACKETED.finditer(said):
        text += said[last : found.start()]
        kind = kinds.pop(found[1], "")
        if not kind:
            return None, "a piece that was not there"
        pieces.append((kind, len(text), len(text) + len(found[1])))
        text, last = text + found[1], found.end()
    text += said[last:]
    if kinds:
        return None, "a piece was lost"
    if not text or len(text) > LONGEST or text == line.text:
        return None, "nothing new"
    if line.intent:
        tool, what = line.intent.split(" ")
        spans = {kind: text[first:end] for kind, first, end in pieces}
        call = Call(tool=tool, what=what, spans=spans, statistic=line.statistic or "now")
        problem = problem_of(call, text, "")
        if problem:
            return None, problem
    made = Labelled(
        text=text,
        intent=line.intent,
        statistic=line.statistic,
        pieces=tuple(pieces),
        group=line.group,
        domain=line.domain,
        part=line.part,
    )
    return made, ""


def told(lines: Sequence[Labelled], settings: EndpointSettings, journals: Path) -> tuple[list[Labelled], Counter[str]]:
    """Ask for a paraphrase of each sentence and return those that may be believed, with what was thrown away and why.

    Args:
        lines: To be said otherwise.
        settings: Of the endpoint.
        journals: Folder where every answer is kept, so that nothing is paid twice.

    Raises:
        TeacherError: if the endpoint cannot be asked.
    """
    examples = [Example(prompt=ASKED[line.domain] + bracketed(line)) for line in lines]
    traces, _ = ask(EndpointTeacher(endpoint=settings), examples, journals, lambda done, total: None)
    by_id = {one.example_id: one.answer for one in traces}
    return kept((line, by_id.get(one.id, "")) for line, one in zip(lines, examples, strict=True))


def kept(answered: Iterable[tuple[Labelled, str]]) -> tuple[list[Labelled], Counter[str]]:
    """Return the sentences of answers that may be believed, each once, and counts of why others may not."""
    found, thrown = dict[str, Labelled](), Counter[str]()
    for line, answer in answered:
        made, problem = relabelled(line, answer)
        if made is None:
            thrown[problem] += 1
        else:
            found.setdefault(made.text, made)
    return list(found.values()), thrown
