"""Each rule, and what it leaves to a person."""

from decimal import Decimal

import pytest

from tests.receivables.made_facts import invoice, payment, settled, told


def outcome(payments, invoices, credit_notes=(), **others):
    found = settled(payments, invoices, credit_notes, **others)
    return told(found, payments, [*invoices, *credit_notes])


ONE = invoice("INV-2026-00001")
TWO = invoice("INV-2026-00002", 50_00, due=20)
THREE = invoice("INV-2026-00003", 30_00, due=40)


def test_a_named_invoice_is_paid():
    paid = payment(text="INV-2026-00001", reference="P")
    assert outcome([paid], [ONE, TWO]) == {("P", ONE.number, "payment", 100_00, 10, "reference")}


def test_a_part_is_a_part():
    paid = payment(40_00, "INV-2026-00001", reference="P")
    assert outcome([paid], [ONE]) == {("P", ONE.number, "payment", 40_00, 10, "reference")}


def test_what_is_too_much_stays_the_clients_credit():
    paid = payment(150_00, "INV-2026-00001", reference="P", customer_id="C-1")
    assert outcome([paid], [ONE, TWO]) == {("P", ONE.number, "payment", 100_00, 10, "reference")}


def test_several_named_invoices_are_paid_by_one_payment():
    paid = payment(150_00, "INV-2026-00001 and INV-2026-2", reference="P")
    assert outcome([paid], [ONE, TWO]) == {
        ("P", ONE.number, "payment", 100_00, 10, "reference"),
        ("P", TWO.number, "payment", 50_00, 10, "reference"),
    }


def test_of_named_invoices_those_are_paid_that_come_to_the_amount():
    paid = payment(130_00, "INV-2026-1, INV-2026-2, INV-2026-3", reference="P")
    assert outcome([paid], [ONE, TWO, THREE]) == {
        ("P", ONE.number, "payment", 100_00, 10, "reference"),
        ("P", THREE.number, "payment", 30_00, 10, "reference"),
    }


def test_of_named_invoices_the_oldest_due_is_paid_first():
    paid = payment(60_00, "INV-2026-1, INV-2026-2", reference="P")
    assert outcome([paid], [ONE, TWO]) == {
        ("P", TWO.number, "payment", 50_00, 10, "reference"),
        ("P", ONE.number, "payment", 10_00, 10, "reference"),
    }


def test_a_range_pays_only_what_it_spells_out_to_the_cent():
    exact = payment(150_00, "INV-2026-1 to INV-2026-2", reference="P")
    assert len(outcome([exact], [ONE, TWO, THREE])) == 2
    for other in (120_00, 180_00):
        assert outcome([payment(other, "INV-2026-1 to INV-2026-3")], [ONE, TWO, THREE]) == set()


def test_a_payment_before_the_invoice_counts_from_its_issue():
    late = invoice("INV-2026-00009", on=20)
    paid = payment(text="INV-2026-9", reference="P", on=3)
    assert outcome([paid], [late]) == {("P", late.number, "payment", 100_00, 20, "reference")}


def test_another_currency_is_never_paid():
    paid = payment(text="INV-2026-00001", customer_id="C-1", currency="USD")
    assert outcome([paid], [ONE]) == set()
    assert outcome([payment(customer_id="C-1", currency="USD")], [ONE]) == set()


def test_an_invoice_of_another_client_than_the_stated_one_is_left_to_a_person():
    assert outcome([payment(text="INV-2026-00001", customer_id="C-2")], [ONE]) == set()


@pytest.mark.parametrize(
    "who",
    [
        {"customer_id": "C-1"},
        {"payer": "blue-door  LTD."},
        {"payer": "Somebody", "payer_account": "gb33 1"},
    ],
    ids=["stated", "of the same name", "learned"],
)
def test_a_known_client_and_one_equal_balance_are_enough(who):
    paid = payment(reference="P", **who)
    found = outcome([paid], [ONE, TWO], learned={"GB331": "C-1"})
    assert found == {("P", ONE.number, "payment", 100_00, 10, "amount")}


def test_two_equal_balances_are_never_guessed():
    assert outcome([payment(customer_id="C-1")], [ONE, invoice("INV-2026-00007")]) == set()


def test_a_client_that_the_ledger_does_not_know_proves_nothing():
    assert outcome([payment(customer_id="C-9", payer="Blue Door Ltd")], [ONE]) == set()


def test_a_name_that_two_clients_share_proves_nothing():
    names = (("C-1", "Blue Door"), ("C-2", "Blue Door"))
    assert outcome([payment(payer="Blue Door")], [ONE], names=names) == set()


def test_an_amount_does_not_pay_what_was_issued_later():
    assert outcome([payment(customer_id="C-1", on=3)], [invoice("INV-2026-00009", on=20)]) == set()


DISCOUNT = {"discount_pct": Decimal(2), "discount_days": 14}


@pytest.mark.parametrize("text", ["", "INV-2026-00001"], ids=["by client", "by number"])
def test_the_discount_is_granted_to_the_last_day(text):
    """2 % of 100.00 is 2.00."""
    paid = payment(98_00, text, reference="P", customer_id="C-1", on=14)
    assert outcome([paid], [ONE, TWO], **DISCOUNT) == {
        ("P", ONE.number, "payment", 98_00, 14, "discount"),
        ("P", ONE.number, "discount", 2_00, 14, "discount"),
    }


def test_the_discount_is_not_granted_a_day_later():
    late = payment(98_00, "INV-2026-00001", reference="P", on=15)
    assert outcome([late], [ONE], **DISCOUNT) == {("P", ONE.number, "payment", 98_00, 15, "reference")}
    assert outcome([payment(98_00, customer_id="C-1", on=15)], [ONE], **DISCOUNT) == set()


def test_several_named_invoices_may_take_their_discount_together():
    """98.00 + 49.00 = 147.00."""
    paid = payment(147_00, "INV-2026-1 INV-2026-2", reference="P", on=5)
    found = outcome([paid], [ONE, TWO], **DISCOUNT)
    assert sum(each[3] for each in found if each[2] == "discount") == 3_00
    assert sum(each[3] for each in found) == 150_00


def test_the_only_set_that_fits_is_paid():
    paid = payment(80_00, reference="P", customer_id="C-1")
    assert outcome([paid], [ONE, TWO, THREE]) == {
        ("P", TWO.number, "payment", 50_00, 10, "set"),
        ("P", THREE.number, "payment", 30_00, 10, "set"),
    }


def test_two_sets_that_fit_are_never_guessed():
    """80 = 50 + 30 = 45 + 35."""
    others = [invoice("INV-2026-00011", 45_00), invoice("INV-2026-00012", 35_00)]
    assert outcome([payment(80_00, customer_id="C-1")], [ONE, TWO, THREE, *others]) == set()


def test_of_many_open_invoices_only_the_whole_account_is_a_set():
    many = [invoice(f"INV-2026-{number:05}", 2**number) for number in range(1, 15)]
    assert outcome([payment(2 + 4 + 8, customer_id="C-1")], many) == set()
    assert len(outcome([payment(2**15 - 2, customer_id="C-1")], many)) == 14


@pytest.mark.parametrize("text", ["", "INV-2026-00001"], ids=["by client", "by number"])
def test_a_fee_is_forgiven_up_to_the_tolerance(text):
    paid = payment(85_00, text, reference="P", customer_id="C-1")
    assert outcome([paid], [ONE, TWO], fee_tolerance_minor=15_00) == {
        ("P", ONE.number, "payment", 85_00, 10, "fee"),
        ("P", ONE.number, "fee", 15_00, 10, "fee"),
    }
    assert ("P", ONE.number, "fee", 15_00, 10, "fee") not in outcome(
        [paid], [ONE, TWO], fee_tolerance_minor=14_99
    )


def test_no_fee_is_forgiven_unless_a_setting_says_so():
    assert outcome([payment(99_99, customer_id="C-1")], [ONE]) == set()


def test_a_credit_note_settles_what_it_corrects_from_the_later_day():
    note = invoice("INV-2026-00005", 100_00, on=7, corrects=ONE)
    assert outcome([], [ONE], [note]) == {(note.number, ONE.number, "credit_note", 100_00, 7, "credit_note")}


def test_a_credit_note_is_used_only_as_far_as_its_original_is_open():
    note = invoice("INV-2026-00005", 100_00, on=20, corrects=ONE)
    paid = payment(60_00, "INV-2026-00001", reference="P")
    assert outcome([paid], [ONE], [note]) == {
        ("P", ONE.number, "payment", 60_00, 10, "reference"),
        (note.number, ONE.number, "credit_note", 40_00, 20, "credit_note"),
    }


def test_what_a_later_credit_note_leaves_open_is_matched_by_amount():
    note = invoice("INV-2026-00005", 20_00, on=12, corrects=ONE)
    paid = payment(80_00, reference="P", customer_id="C-1")
    assert ("P", ONE.number, "payment", 80_00, 10, "amount") in outcome([paid], [ONE], [note])


def test_a_credit_note_of_another_original_may_be_taken_off_by_name():
    note = invoice("CN-2026-00005", 30_00, on=5)
    paid = payment(70_00, "INV-2026-00001 less CN-2026-00005", reference="P")
    assert outcome([paid], [ONE], [note]) == {
        ("P", ONE.number, "payment", 70_00, 10, "reference"),
        (note.number, ONE.number, "credit_note", 30_00, 10, "reference"),
    }


def test_a_chargeback_reopens_what_the_payment_had_settled():
    paid = payment(text="INV-2026-00001", reference="P")
    back = payment(-100_00, reference="C", kind="chargeback", reverses="P", on=40)
    assert outcome([back, paid], [ONE]) == {
        ("P", ONE.number, "payment", 100_00, 10, "reference"),
        ("C", ONE.number, "payment", -100_00, 40, "reversal"),
    }


def test_a_chargeback_takes_the_discount_back_too():
    paid = payment(98_00, "INV-2026-00001", reference="P")
    back = payment(-98_00, reference="C", kind="chargeback", reverses="P", on=40)
    found = outcome([back, paid], [ONE], **DISCOUNT)
    assert ("C", ONE.number, "discount", -2_00, 40, "reversal") in found
    assert sum(each[3] for each in found) == 0


def test_a_chargeback_that_was_won_settles_again():
    paid = payment(text="INV-2026-00001", reference="P")
    back = payment(-100_00, reference="C", kind="chargeback", reverses="P", on=40)
    won = payment(100_00, reference="W", reverses="C", on=60)
    assert ("W", ONE.number, "payment", 100_00, 60, "reversal") in outcome([won, back, paid], [ONE])


def test_what_is_paid_again_after_a_chargeback_counts_from_then_on():
    """The second payment's day lies before the chargeback: until then the invoice was paid already."""
    paid = payment(text="INV-2026-00001", reference="P")
    back = payment(-100_00, reference="C", kind="chargeback", reverses="P", on=40)
    again = payment(100_00, "INV-2026-00001 once more", reference="A", on=35)
    assert ("A", ONE.number, "payment", 100_00, 40, "reference") in outcome([again, back, paid], [ONE])


def test_a_refund_of_what_was_too_much_reopens_nothing():
    paid = payment(120_00, "INV-2026-00001", reference="P")
    back = payment(-20_00, reference="R", reverses="P", on=15)
    assert outcome([paid, back], [ONE]) == {
        ("P", ONE.number, "payment", 100_00, 10, "reference"),
        ("P", "-", "refund", 20_00, 15, "reversal"),
        ("R", "-", "refund", -20_00, 15, "reversal"),
    }


def test_a_refund_without_name_uses_up_the_clients_credit():
    paid = payment(120_00, "INV-2026-00001", reference="P", customer_id="C-1")
    back = payment(-15_00, reference="R", customer_id="C-1", on=15)
    found = outcome([paid, back], [ONE])
    assert {("P", "-", "refund", 15_00, 15, "credit"), ("R", "-", "refund", -15_00, 15, "credit")} <= found


def test_a_refund_may_use_up_a_credit_note():
    paid = payment(text="INV-2026-00001", reference="P")
    note = invoice("INV-2026-00005", 100_00, on=20, corrects=ONE)
    back = payment(-100_00, reference="R", customer_id="C-1", on=25)
    found = outcome([paid, back], [ONE], [note])
    assert (note.number, "-", "credit_note", 100_00, 25, "credit") in found
    assert ("R", "-", "refund", -100_00, 25, "credit") in found


def test_money_that_went_out_for_something_else_is_left_alone():
    paid = payment(120_00, "INV-2026-00001", reference="P", customer_id="C-1")
    salary = payment(-20_00, reference="S", kind="payment", customer_id="C-1", on=15)
    unknown = payment(-20_00, reference="U", reverses="nowhere", customer_id="C-1", on=15)
    assert {each[0] for each in outcome([paid, salary, unknown], [ONE])} == {"P"}


@pytest.mark.parametrize("text", ["", "INV-2026-00001"], ids=["no text", "by number"])
def test_what_was_paid_twice_is_put_on_no_other_invoice(text):
    other = invoice("INV-2026-00008", on=11)
    first = payment(text=text, reference="P", customer_id="C-1")
    twice = payment(text=text, reference="Q", customer_id="C-1", on=12)
    assert outcome([twice, first], [ONE, other]) == {
        ("P", ONE.number, "payment", 100_00, 10, "reference" if text else "amount")
    }


def test_the_same_amount_a_month_later_is_no_duplicate():
    other = invoice("INV-2026-00008", on=31)
    first = payment(reference="P", customer_id="C-1")
    second = payment(reference="Q", customer_id="C-1", on=41)
    assert {each[:2] for each in outcome([first, second], [ONE, other])} == {
        ("P", ONE.number),
        ("Q", other.number),
    }


def test_a_payment_that_names_what_is_paid_is_put_on_nothing_else():
    first = payment(text="INV-2026-00001", reference="P")
    second = payment(50_00, "INV-2026-00001", reference="Q", customer_id="C-1", on=30)
    assert {each[0] for each in outcome([first, second], [ONE, TWO])} == {"P"}


def direct_debit(reference, amount=100_00, text="INV-2026-00001", *, end_to_end="E2E-1", **others):
    return payment(amount, text, reference=reference, end_to_end=end_to_end, **others)


def returned(amount=-100_00, *, on=40, **others):
    return payment(amount, reference="C", kind="chargeback", reverses="E2E-1", on=on, **others)


REOPENED = ("C", ONE.number, "payment", -100_00, 40, "reversal")


def test_a_return_that_names_only_the_end_to_end_id_takes_that_payment_back():
    unlike = direct_debit("Q", end_to_end="E2E-2", text="")
    assert REOPENED in outcome([returned(end_to_end="E2E-1"), direct_debit("P"), unlike], [ONE])


def test_of_recurring_debits_with_one_id_the_amount_tells_which_came_back():
    other = payment(40_00, reference="Q", end_to_end="E2E-1", on=12)
    assert REOPENED in outcome([other, returned(), direct_debit("P")], [ONE])


@pytest.mark.parametrize(
    "others",
    [
        [direct_debit("Q", text="")],
        [direct_debit("Q", 40_00, text=""), direct_debit("R", 60_00, text="")],
    ],
    ids=["two alike", "none of this amount"],
)
def test_a_return_that_could_mean_several_debits_waits_for_a_person(others):
    back = returned(-100_00 if len(others) == 1 else -30_00)
    assert "C" not in {each[0] for each in outcome([direct_debit("P"), *others, back], [ONE])}


def test_a_debit_of_later_days_is_not_what_came_back():
    later = direct_debit("Q", text="", on=50)
    assert REOPENED in outcome([later, direct_debit("P"), returned()], [ONE])


def test_a_reference_goes_before_an_end_to_end_id():
    named = payment(100_00, "INV-2026-00001", reference="E2E-1")
    assert REOPENED in outcome([named, direct_debit("Q", text="INV-2026-00002"), returned()], [ONE, TWO])
