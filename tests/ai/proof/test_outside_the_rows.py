"""What a sentence beside the order lines may do to them, in wordings that no list of cautions holds."""

import pytest

from tests.ai.proof.drafts_of_letters import PLAIN, PLAIN_DE, TWO, TWO_DE, codes, corpus, reading

CORPUS = corpus("outside_the_rows.toml")
ORDERS = {"english": (PLAIN, TWO, "GBP"), "german": (PLAIN_DE, TWO_DE, "EUR")}
CASES = [(group, name) for group, sentences in CORPUS.items() for name in sentences]
STILL_PROVED = {"p01", "p02", "p05", "p06", "p07", "p09", "p10", "q01", "q02", "q03", "q06", "q07"}
"""Known holes: two words with capitals and no dot are a name, whatever they say. Nothing may be added."""


@pytest.mark.parametrize(("group", "name"), CASES, ids=[f"{group}-{name}" for group, name in CASES])
def test_a_sentence_that_changes_the_order_sends_it_to_a_person(group, name):
    order, lines, currency = ORDERS[group.partition("_")[0]]
    sentence = CORPUS[group][name]
    for text in (f"{order}\n\n{sentence}", f"{sentence}\n\n{order}"):
        is_proved = not codes(reading(lines, currency=currency), text)
        assert is_proved == (name in STILL_PROVED), text


def test_the_corpus_is_as_large_as_it_says():
    assert len(CASES) >= 420
