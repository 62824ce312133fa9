"""Invoice numbers as payers write them."""

import pytest

from fakturo.receivables.references import Numbers
from tests.receivables.made_facts import invoice, payment

FIRST = invoice("INV-2026-00042")
SECOND = invoice("INV-2026-00043")
SHORT = invoice("INV-2026-00001")
ELEVEN = invoice("INV-2026-00011")
IMPORTED = invoice("536365")
CREDIT = invoice("C536379")
NUMBERS = Numbers([FIRST, SECOND, SHORT, ELEVEN, IMPORTED, CREDIT])


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-00042",
        "Rechnung inv-2026-00042 vom 02.03.2026",
        "INV 2026 00042",
        "INV2026/42",
        "INV202600042",
        "INV202642",
        "inv-2026-42, thank you",
        "Ref:INV.2026.00042;",
        "EREF+NOTPROVIDED SVWZ+INV-2026-00042",
    ],
)
def test_a_number_is_found_however_it_is_written(text):
    named = NUMBERS.named(payment(text=text), None)
    assert (named.firm, named.weak, named.is_range) == ((FIRST.id,), (), False)


@pytest.mark.parametrize(
    "text", ["", "thank you", "INV-2026-00099", "2026-00042", "XINV-2026-00042", "INV-2026", "42", "00042"]
)
def test_what_is_no_number_of_ours_is_not_found(text):
    assert NUMBERS.named(payment(text=text), None).firm == ()


def test_several_numbers_are_found_in_the_order_of_the_text():
    named = NUMBERS.named(payment(text="INV-2026-00043 + INV-2026-00042, INV-2026-00043"), None)
    assert (named.firm, named.is_range) == ((SECOND.id, FIRST.id), False)


def test_a_word_after_a_number_is_no_part_of_it():
    named = NUMBERS.named(payment(text="INV-2026-1 1 item"), None)
    assert named.firm == (SHORT.id,)


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-00042 - INV-2026-00043",
        "INV-2026-00042 to INV-2026-00043",
        "INV-2026-00042 bis INV-2026-00043",
        "INV-2026-00042-00049",
    ],
)
def test_a_range_is_noticed_and_not_spelled_out(text):
    named = NUMBERS.named(payment(text=text), None)
    assert named.is_range
    assert set(named.firm) <= {FIRST.id, SECOND.id}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("invoice 536365", True),
        ("536365", True),
        ("account 12-536365", False),
        ("536365.00 EUR", False),
        ("X536365", False),
        ("5363651", False),
    ],
)
def test_digits_only_are_weak_and_stand_alone(text, found):
    named = NUMBERS.named(payment(text=text), None)
    assert (named.firm, named.weak) == ((), (IMPORTED.id,) if found else ())


def test_a_field_of_its_own_is_taken_at_its_word():
    stated = payment(invoice_refs=("536365", "c 536379", "unknown"))
    assert NUMBERS.named(stated, None).firm == (IMPORTED.id, CREDIT.id)


def test_what_two_numbers_could_mean_is_the_clients_own_or_nothing():
    one, other = invoice("INV-2026-00042", customer="C-1"), invoice("INV-202-00642", customer="C-2")
    numbers = Numbers([one, other])
    assert numbers.named(payment(text="INV202642"), None).firm == ()
    assert numbers.named(payment(text="INV202642"), "C-2").firm == (other.id,)
