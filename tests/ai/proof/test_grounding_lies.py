"""A draft with one thing changed that matters is never proved."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ai.proof.drafts_of_letters import codes, corpus, reading

LETTERS = corpus("letters.toml")["letter"]


@st.composite
def mutated(draw):
    """A letter and a draft of it with one thing changed that matters."""
    letter = draw(st.sampled_from(LETTERS))
    lines = [list(line) for line in letter["lines"]]
    head = {
        "customer": letter["customer"],
        "po_number": letter.get("po_number"),
        "currency": letter["currency"],
    }
    index = draw(st.integers(0, len(lines) - 1))
    kind = draw(
        st.sampled_from(
            ["code", "quantity", "price", "swap", "drop", "twice", "customer", "po", "currency", "shift"]
        )
    )
    if kind in {"code", "quantity", "price"}:
        field = {"code": 0, "quantity": 2, "price": 3}[kind]
        lines[index][field] = draw(other_digit(lines[index][field])) if lines[index][field] else "77"
    elif kind == "swap" and len(lines) > 1:
        field, other = draw(st.sampled_from([0, 2, 3])), (index + 1) % len(lines)
        lines[index][field], lines[other][field] = lines[other][field], lines[index][field]
    elif kind == "drop" and len(lines) > 1:
        del lines[index]
    elif kind == "twice":
        lines.append(list(lines[index]))
    elif kind == "customer":
        head["customer"] = draw(other_digit(head["customer"]))
    elif kind == "po":
        head["po_number"] = draw(other_digit(head["po_number"] or "PO-1"))
    elif kind == "currency":
        head["currency"] = draw(
            st.sampled_from([each for each in ("EUR", "GBP", "USD") if each != head["currency"]])
        )
    else:
        lines[index][3] = str(Decimal(lines[index][3]) * draw(st.sampled_from([10, 100, Decimal("0.1"), 12])))
    return letter, lines, head


@st.composite
def other_digit(draw, text):
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    place = draw(st.sampled_from(places))
    digit = draw(st.sampled_from([each for each in "0123456789" if each != text[place]]))
    return text[:place] + digit + text[place + 1 :]


def meaning(lines):
    return sorted((code, Decimal(quantity), Decimal(price)) for code, _, quantity, price in lines)


@settings(deadline=None, max_examples=300)
@given(mutated())
def test_no_changed_draft_is_ever_proved(case):
    letter, lines, head = case
    same_head = (head["customer"], head["po_number"], head["currency"]) == (
        letter["customer"],
        letter.get("po_number"),
        letter["currency"],
    )
    if same_head and meaning(lines) == meaning(letter["lines"]):
        return
    assert codes(reading(lines, **head), letter["text"]), (lines, head)
