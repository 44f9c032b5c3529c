"""Papers are plain text: templates are no programs, and nothing that a record says becomes markup, a link or a call."""

import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from sumika.desk import Paper, Status, verify
from sumika.desk.draft import Drafter, Material, Subject
from sumika.desk.markdown import as_markdown
from sumika.desk.print_pdf import as_pdf
from sumika.desk.prose import in_better_words
from sumika.desk.template import SectionRule, Template, load_template
from sumika.desk.told import Told, moment, number, word
from sumika.desk.web import as_html
from sumika.schema import SumikaError
from tests.desk_helpers import MIDNIGHT_S, NAMES, NOON_S, paper_of, row

HOSTILE = "<script>alert(1)</script> [click](http://evil.example) ![x](//e) `rm` {{ 7*7 }} *b* | www.evil.example a@b.c"


def drafted(*sentences: str, language: str = "en", **tells: object) -> Paper:
    template = Template(title="A paper", sections=(SectionRule(title="Section", say=sentences),))
    subject = Subject(id="p", kind="p", pack="house", language=language, zone="Asia/Tokyo", currency="JPY")
    return Drafter(subject, NAMES).draft(template, Material(tells=tells), NOON_S, Path("p.en.yaml"))


def said(paper: Paper) -> list[str]:
    return [statement.text for section in paper.sections for statement in section.statements]


def test_a_sentence_names_the_rows_of_what_it_tells_and_no_others() -> None:
    first, second = row(), row("meter.exported_kwh", value=3.0)
    paper = drafted(
        "{{ a|number(1) }} kWh", "{{ b|number }} kWh", a=number(12.34, "kWh", (first,)), b=number(3.0, "kWh", (second,))
    )

    assert said(paper) == ["12.3 kWh", "3 kWh"]
    assert [statement.cites for statement in paper.sections[0].statements] == [(0,), (1,)]
    assert verify(paper, NAMES).status is Status.VERIFIED


def test_a_number_that_a_template_makes_up_rests_on_nothing_and_is_struck_out() -> None:
    paper = verify(drafted("About 12 kWh, {{ a.value }} exactly.", a=number(5.0, "kWh", (row(value=5.0),))), NAMES)

    assert paper.status is Status.STRUCK
    assert [look.detail for look in paper.looks] == ["About ~~12 kWh~~, 5.0 exactly.", "About 12 kWh, ~~5.0~~ exactly."]


@pytest.mark.parametrize(
    "sentence",
    [
        "{{ a.__class__ }}",
        "{{ a.rows.__class__.__mro__ }}",
        "{% for x in a.rows %}{{ x }}{% endfor %}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ a.text.format(1) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 7 * 7 }}",
        "{% include '/etc/passwd' %}",
        "{% set x = 1 %}",
        "{{ a|attr('__class__') }}",
        "{{ nothing }}",
        "{{ a|number(",
    ],
)
def test_a_template_is_no_program(sentence: str) -> None:
    with pytest.raises(SumikaError, match=r"p\.en\.yaml"):
        drafted(sentence, a=number(5.0, "kWh", (row(value=5.0),)))


def test_what_is_not_known_is_said_otherwise_or_not_at_all_and_never_as_nothing() -> None:
    from sumika.desk.template import Saying

    missing = Told(name="energy", reason="facts.no_records")
    template = Template(
        title="A paper",
        sections=(
            SectionRule(
                title="Energy",
                say=(
                    Saying(say="{{ a|number }} kWh", otherwise="Not known: {{ missing|why }}.", needed=True),
                    "{{ a|number }} kWh",
                ),
            ),
        ),
    )
    subject = Subject(id="p", kind="p", pack="house", language="en")
    paper = Drafter(subject, NAMES).draft(template, Material(tells={"a": missing}), NOON_S, Path("p"))

    assert said(paper) == ["Not known: nothing was recorded then."]
    assert [look.what for look in paper.looks] == ["missing"]


def test_hostile_words_of_a_record_are_shown_as_they_stand_and_do_nothing() -> None:
    told = word(HOSTILE, (row("event", "aircon", None, "", text=HOSTILE),))
    paper = verify(drafted("It said {{ a|quoted }}", a=told), NAMES)

    assert paper.status is Status.VERIFIED
    assert "{{ 7*7 }}" in said(paper)[0]
    assert "49" not in said(paper)[0]
    page = as_html(paper, NAMES)
    assert "<script" not in page
    assert not re.search(r"(?:href|src)=\"(?!#)", page)
    markdown = as_markdown(paper, NAMES)
    assert "<script" not in markdown
    assert not re.search(r"(?<!\\)\]\(|https?://|www\.|a@b", markdown)
    assert as_pdf(paper, NAMES).startswith(b"%PDF-")


def test_long_words_of_a_record_are_cut_and_unseen_letters_taken_out() -> None:
    told = word("\u202eno\u202c" + "x" * 5000, (row("event", "aircon", None, "", text="no" + "x" * 5000),))

    assert len(said(drafted("{{ a|quoted }}", a=told))[0]) < 200
    assert "\u202e" not in said(drafted("{{ a|quoted }}", a=told))[0]


def test_what_is_struck_out_is_seen_in_every_form() -> None:
    paper = verify(paper_of("Taken: 99 kWh.", [row()]), NAMES)

    assert "Taken: ~~99 kWh~~." in as_markdown(paper, NAMES)
    assert "<del><span" in as_html(paper, NAMES)
    assert "99 kWh" in PdfReader(io.BytesIO(as_pdf(paper, NAMES))).pages[0].extract_text()


def test_a_japanese_pdf_can_be_read_again() -> None:
    paper = verify(
        drafted(
            "買電量は {{ a|number(1) }} kWh、{{ b|day }}。",
            language="ja",
            a=number(12.34, "kWh", (row(),)),
            b=moment(MIDNIGHT_S, (row(),)),
        ),
        NAMES,
    )
    data = as_pdf(paper, NAMES)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\n", "")

    assert "買電量は 12.3 kWh、2026年11月28日（土）。" in text
    assert "1ページ" in text
    assert data == as_pdf(paper, NAMES)


def test_every_page_says_that_nothing_of_it_is_real() -> None:
    many = [f"Line {{{{ a|number(1) }}}} kWh, {'word ' * 30}" for _ in range(60)]
    template = Template(title="A paper", sections=(SectionRule(title="Section", say=tuple(many)),))
    subject = Subject(id="p", kind="p", pack="house", language="en", zone="Asia/Tokyo")
    material = Material(tells={"a": number(12.34, "kWh", (row(),))}, origin="simulated")
    paper = verify(Drafter(subject, NAMES).draft(template, material, NOON_S, Path("p")), NAMES)
    pages = PdfReader(io.BytesIO(as_pdf(paper, NAMES))).pages

    assert len(pages) > 1
    assert all("SIMULATED" in page.extract_text() for page in pages)
    assert "SIMULATED" in as_markdown(paper, NAMES)
    assert 'class="banner"' in as_html(paper, NAMES)


def test_ones_own_templates_go_first_and_must_be_yaml(tmp_path: Path) -> None:
    own, packed = tmp_path / "own", tmp_path / "packed"
    own.mkdir()
    packed.mkdir()
    (packed / "p.en.yaml").write_text("title: theirs\nsections: []\n")
    assert load_template("p.en", (own, packed))[0].title == "theirs"
    (own / "p.en.yaml").write_text("title: mine\nsections: []\n")
    assert load_template("p.en", (own, packed))[0].title == "mine"
    (own / "p.en.yaml").write_text("title: mine\nsections: []\nimport: os\n")
    with pytest.raises(SumikaError, match="import"):
        load_template("p.en", (own, packed))


class Words:
    """A model that always says the same."""

    name = "test-model"

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def rewrite(self, sentence: str, language: str) -> str:
        return self.answer


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        ("The house took 12.3 kWh from the grid.", True),
        ("The house took 12.4 kWh from the grid.", False),
        ("The house took 12.3 kWh, as 3 others did.", False),
        ("The house did not take 12.3 kWh.", False),
        ("The house took 12.3 kWh, see http://example.org", False),
        ("The 寝室 took 12.3 kWh.", False),
        ("The house took **12.3 kWh**.", False),
        ("", False),
        ("12.3 kWh " + "and so on " * 50, False),
    ],
)
def test_better_words_are_taken_only_where_they_say_the_same(answer: str, taken: bool) -> None:
    paper = verify(paper_of("Taken: 12.3 kWh.", [row()]), NAMES)
    better = in_better_words(paper, NAMES, Words(answer))
    statement = better.sections[0].statements[0]

    assert statement.text == (answer if taken else "Taken: 12.3 kWh.")
    assert statement.plain == ("Taken: 12.3 kWh." if taken else "")
    assert better.prose_by == ("test-model" if taken else "")
    assert verify(better, NAMES).status is Status.VERIFIED
