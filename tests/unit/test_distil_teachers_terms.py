"""Terms of teachers: what they allow, and what is said when they do not."""

import pytest

from sumika.distil.recipe import LanguageRecipe
from sumika.distil.teachers.presets import PRESETS
from sumika.distil.teachers.terms import PURPOSES, Purpose, check_terms, registry, terms_of
from sumika.schema import UsageError

EVERYTHING: set[Purpose] = set(PURPOSES)
ALLOWED: dict[str, set[Purpose]] = {
    "own": EVERYTHING,
    "apache-2.0": EVERYTHING,
    "mit": EVERYTHING,
    "cc-by-4.0": EVERYTHING,
    "deepseek": EVERYTHING,
    "llama-3.1": EVERYTHING,
    "gemma": EVERYTHING,
    "cc-by-nc-4.0": {"own-use", "research"},
    "openai": {"own-use", "research", "commercial"},
    "google-gemini": {"own-use", "research", "commercial"},
    "xai": {"own-use", "research"},
    "anthropic": set(),
    "llama-3": set(),
    "xai-consumer": set(),
}


@pytest.mark.parametrize("identifier", sorted(ALLOWED))
def test_every_purpose_is_allowed_or_refused_with_clause_date_and_way_out(identifier: str) -> None:
    for purpose in PURPOSES:
        if purpose in ALLOWED[identifier]:
            check_terms(identifier, purpose)
            continue
        with pytest.raises(UsageError) as caught:
            check_terms(identifier, purpose)
        said, terms = str(caught.value), terms_of(identifier)
        for part in (purpose, terms.clause, f"as read on {terms.read}", "read the current text", terms.url, "own"):
            assert part in said
        assert all(allowed in said for allowed in ALLOWED[identifier])


def test_the_registry_is_what_is_tested_and_every_entry_says_what_it_rests_on() -> None:
    known = registry()
    assert set(known) == set(ALLOWED)
    for identifier, terms in known.items():
        assert terms.read.count("-") == 2
        assert identifier == "own" or terms.url.startswith("https://")
        assert ("(paraphrase)" in terms.said) != terms.quoted
        assert set(terms.allows) == EVERYTHING or terms.duties, identifier


def test_nobody_who_sells_answers_allows_to_compete_with_it_unless_it_says_so() -> None:
    competing = {
        name for name, preset in PRESETS.items() if preset.terms and "compete" in terms_of(preset.terms).allows
    }
    assert competing == {"deepseek"}


def test_unknown_terms_are_refused_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match=r"no terms are known as 'wtfpl'.*apache-2\.0"):
        check_terms("wtfpl", "own-use")
    check_terms("Apache-2.0", "compete")


def test_purposes_are_those_of_a_recipe() -> None:
    annotation = LanguageRecipe.__annotations__["purpose"]
    assert annotation == Purpose
