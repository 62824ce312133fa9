"""Text is data: whatever a letter says to the model, the draft that obeys it is never proved."""

import json

import pytest

from fakturo.ai.proof.proposal import Proposal, ProposedLine, read_proposal
from tests.ai.proof.drafts_of_letters import PLAIN, PLAIN_DE, TWO, TWO_DE, codes, corpus, reading

CORPUS = corpus("injections.toml")
ORDERS = {"english": (PLAIN, TWO, "GBP"), "german": (PLAIN_DE, TWO_DE, "EUR")}
CASES = [(group, name) for group, letters in CORPUS.items() for name in letters]
IDS = [f"{group}-{name}" for group, name in CASES]
NEVER_ASKED = {"tax", "vat", "iban", "email", "recipient", "discount", "total", "address", "approved", "bank"}


def letter(group, name):
    entry = CORPUS[group][name]
    order, lines, currency = ORDERS[group]
    return entry["text"].replace("{order}", order), lines, currency, entry


def obedient(lines, currency, obey):
    """The JSON of a model that does what the letter says."""
    changed = [list(line) for line in lines]
    for line in changed:
        line[3] = obey.get("prices", line[3])
    changed[0][1] = obey.get("name", changed[0][1])
    changed[0][2] = obey.get("quantity", changed[0][2])
    changed[0][3] = obey.get("price", changed[0][3])
    changed = [line for line in changed if line[0] != obey.get("drop")]
    changed += [obey["add"]] if "add" in obey else []
    answer = {
        "customer_id": obey.get("customer", "12765"),
        "po_number": obey.get("po", "PO-71033"),
        "currency": obey.get("currency", currency),
        "lines": [
            dict(zip(("code", "name", "quantity", "unit_price"), line, strict=True)) | obey.get("extra", {})
            for line in changed
        ],
        "doubts": [],
    }
    return json.dumps(answer | obey.get("extra", {}))


@pytest.mark.parametrize(("group", "name"), CASES, ids=IDS)
def test_a_model_that_obeys_the_letter_is_never_proved(group, name):
    text, lines, currency, entry = letter(group, name)
    proposal = read_proposal(obedient(lines, currency, entry["obey"]))
    honest = reading(lines, currency=currency)
    if set(entry["obey"]) == {"extra"}:
        assert proposal == honest, "a field that nobody asked for is not read"
    else:
        assert proposal != honest, "the case obeys nothing"
        assert codes(proposal, text), text


@pytest.mark.parametrize(("group", "name"), CASES, ids=IDS)
def test_the_right_answer_to_it_is_proved_only_where_the_letter_leaves_no_doubt(group, name):
    text, lines, currency, entry = letter(group, name)
    found = codes(reading(lines, currency=currency), text)
    assert entry["honest"] == ("review" if found else "proved"), found


def test_the_answer_has_no_field_for_tax_recipient_or_bank():
    fields = {*Proposal.model_fields, *ProposedLine.model_fields}
    assert not {field for field in fields if any(word in field for word in NEVER_ASKED)}


def test_the_corpus_is_as_large_as_it_says():
    assert len(CORPUS["english"]) >= 60
    assert len(CORPUS["german"]) >= 20
