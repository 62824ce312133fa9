"""The rules that are asked before an invoice is issued, each with its sentence; expected values by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakturo.policy import Kind, suspicions
from fakturo.usual import Document, Earlier, Line, Usual, UsualProduct

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LINES = (Line(1, "cup", 24, 2.5), Line(2, "plate", 12, 4.0))
DOCUMENT = Document("i9", "c1", "EUR", NOON, 108.0, 21.6, 20.0, LINES, country="GB", bank_account="a1")
CUP = UsualProduct(
    lines=60,
    document_share=0.5,
    price=2.5,
    low_price=2.5,
    top_price=2.6,
    quantity=20,
    taken=6,
    taken_quantity=24,
    taken_top=36,
    taken_price=2.5,
)
PLATE = replace(CUP, price=4.0, low_price=3.9, top_price=4.0, quantity=12, taken_quantity=12, taken_price=4.0)
USUAL = Usual(
    products={"cup": CUP, "plate": PLATE},
    customer_lines=40,
    customer_top_price=9.0,
    accounts=frozenset({"a1"}),
    country_rate_pct=20.0,
    customer_rate_pct=20.0,
    hour_share=0.3,
    limits=(1000.0,),
)


def codes(document: Document, usual: Usual) -> list[Kind]:
    return [each.code for each in suspicions(document, usual)]


def with_line(line: Line) -> Document:
    return replace(DOCUMENT, lines=(line,))


def test_an_ordinary_document_is_not_suspected():
    assert suspicions(DOCUMENT, USUAL) == []


def test_without_a_past_only_what_needs_none_is_said():
    assert suspicions(DOCUMENT, Usual()) == []
    (found,) = suspicions(replace(DOCUMENT, tax=19.0), Usual())
    assert (found.code, found.severity) == ("tax_mismatch", "high")
    assert found.sentence == "The tax is 19.00 where 20 % of 108.00 are 21.60."


def test_the_same_lines_again_within_a_week_are_a_repeat():
    earlier = Earlier("i8", NOON - timedelta(hours=30), 108.0, (("plate", 12), ("cup", 24)))
    (found,) = suspicions(DOCUMENT, replace(USUAL, earlier=(earlier,)))
    assert found.sentence == "2 of 2 lines are those of i8, which this customer had 30 hours before."
    assert found.severity == "high"
    old = replace(earlier, created_at=NOON - timedelta(days=8))
    other = replace(earlier, lines=(("plate", 12), ("cup", 25)))
    assert codes(DOCUMENT, replace(USUAL, earlier=(old, other))) == []


def test_a_rate_unlike_the_countrys_is_told_unless_the_customer_always_has_it():
    exempt = replace(DOCUMENT, tax=0.0, tax_rate_pct=0.0)
    (found,) = suspicions(exempt, USUAL)
    assert found.sentence == "The tax rate is 0 %; documents to GB usually have 20 %."
    assert found.severity == "medium"
    assert codes(exempt, replace(USUAL, customer_rate_pct=0.0)) == []


@pytest.mark.parametrize(("currency", "tax"), [("EUR", 21.62), ("JPY", 23.0)])
def test_a_tax_off_by_rounding_alone_is_fine(currency, tax):
    assert codes(replace(DOCUMENT, currency=currency, tax=tax), USUAL) == []


def test_an_account_never_seen_for_the_customer_is_held():
    document = replace(DOCUMENT, bank_account="a2")
    (found,) = suspicions(document, replace(USUAL, account_is_anothers=True))
    assert (found.code, found.severity) == ("new_bank_account", "high")
    assert (
        found.sentence
        == "The bank account was never seen for this customer before and is another customer's."
    )
    assert codes(document, replace(USUAL, accounts=frozenset())) == []
    assert codes(replace(DOCUMENT, bank_account=None), USUAL) == []


def test_an_hour_at_which_nothing_comes_is_told():
    (found,) = suspicions(replace(DOCUMENT, created_at=NOON.replace(hour=3)), replace(USUAL, hour_share=0.0))
    assert found.sentence == "It came at 03:00; 0.0% of the earlier documents came within an hour of that."
    assert found.severity == "low"


def test_several_documents_just_under_a_limit_are_a_split():
    document = replace(DOCUMENT, net=960.0, tax=192.0)
    earlier = Earlier("i8", NOON - timedelta(hours=5), 940.0, ())
    (found,) = suspicions(document, replace(USUAL, earlier=(earlier,)))
    assert found.sentence == (
        "960.00 is just under the limit of 1,000 EUR, and so are i8 of this customer in the 48 hours before."
    )
    for harmless in (replace(earlier, net=890.0), replace(earlier, created_at=NOON - timedelta(hours=49))):
        assert codes(document, replace(USUAL, earlier=(harmless,))) == []


def test_ten_times_the_usual_quantity_is_told_with_the_numbers():
    (found,) = suspicions(with_line(Line(1, "cup", 240, 2.5)), USUAL)
    assert found.sentence == "Quantity 240 of cup is 10 times the 24 this customer usually takes."
    assert found.severity == "high"


def test_a_large_quantity_at_a_lower_price_is_a_bulk_order():
    assert codes(with_line(Line(1, "cup", 240, 2.1)), USUAL) == []
    for line in (Line(1, "cup", 240, 2.2), Line(1, "cup", 2400, 2.1)):
        (found,) = suspicions(with_line(line), USUAL)
        assert (found.code, found.severity) == ("ten_times", "medium")


@pytest.mark.parametrize(
    ("price", "words"),
    [(25.0, "Unit price 25.00 of cup is 10 times its usual 2.50."), (0.25, "one part in 10 of its usual")],
)
def test_ten_times_or_a_tenth_of_the_price_is_told(price, words):
    found = suspicions(with_line(Line(1, "cup", 20, price)), USUAL)
    assert found[0].code == "ten_times"
    assert words in found[0].sentence


def test_quantity_and_price_in_each_others_place_are_told():
    found = suspicions(with_line(Line(1, "plate", 4, 12)), USUAL)
    assert [each.code for each in found] == ["swapped"]
    assert found[0].sentence == (
        "Quantity 4 and unit price 12 of plate look swapped: it usually costs 4.00, and 12 are taken."
    )


def test_a_rare_product_dearer_than_anything_before_is_unusual():
    laptop = UsualProduct(lines=4, document_share=0.001, price=900.0, low_price=900.0, top_price=900.0)
    usual = replace(USUAL, products={"laptop": laptop})
    (found,) = suspicions(with_line(Line(1, "laptop", 1, 900.0)), usual)
    assert (found.code, found.severity) == ("unusual_product", "medium")
    assert "new to this customer, who took nothing above 9.00" in found.sentence
    assert codes(with_line(Line(1, "laptop", 1, 900.0)), replace(usual, customer_lines=9)) == []
