"""The tax in the currency of the seller's tax office: every amount by hand, at the rate of the tax point."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.arithmetic import arithmetic, tax_at
from fakturo.credit import Correction, propose_credit
from fakturo.issue import propose
from fakturo.seller import Seller
from fakturo.tax import Client
from fakturo.trade import AccountingTax

TODAY = date(2026, 3, 2)
HEAD = "date,base,currency,rate,source\n"


@pytest.fixture
def proposed(order, tmp_path):
    """The order of 6.00 USD of tax, supplied on 27 February, of a seller who counts in another currency."""

    def propose_with(rates, currency="EUR", **changes):
        file = tmp_path / "rates.csv"
        if rates is not None:
            file.write_text(HEAD + rates)
        seller = Seller(accounting_currency=currency, exchange_rates=file if rates is not None else None)
        changed = order.model_copy(update={"currency": "USD"} | changes)
        known = {"buyer": changed.customer, "client": Client(), "seller": seller, "issue_date": TODAY}
        return propose(changed, **known)

    return propose_with


def test_a_rate_of_the_accounting_currency_divides(proposed):
    """6.00 USD / 1.0812 = 5.5494 EUR."""
    invoice, findings = proposed("2026-02-27,EUR,USD,1.0812,ECB\n")
    assert findings == ()
    assert invoice.accounting_tax == AccountingTax(
        currency="EUR",
        tax_minor=555,
        rate=Decimal("1.0812"),
        is_inverse=True,
        rate_date=date(2026, 2, 27),
        rate_source="ECB",
    )
    assert invoice.tax_minor == 600


def test_a_rate_of_the_documents_currency_multiplies(proposed):
    """6.00 USD x 3.6210 = 21.726 PLN; in yen 6.00 x 149.5 = 897."""
    (invoice, _), (in_yen, _) = (
        proposed("2026-02-27,USD,PLN,3.6210,NBP\n", "PLN"),
        proposed("2026-02-27,USD,JPY,149.5,BOJ\n", "JPY"),
    )
    assert (invoice.accounting_tax.tax_minor, invoice.accounting_tax.is_inverse) == (2173, False)
    assert in_yen.accounting_tax.tax_minor == 897


def test_the_rate_is_that_of_the_tax_point_not_of_the_day_of_issue(proposed):
    invoice, _ = proposed("2026-02-26,EUR,USD,1.2,ECB\n2026-03-02,EUR,USD,1.5,ECB\n")
    assert (invoice.accounting_tax.tax_minor, invoice.accounting_tax.rate_date) == (500, date(2026, 2, 26))


@pytest.mark.parametrize(
    ("rates", "told"),
    [
        (None, "no exchange rates are kept; set FAKTURO_SELLER_EXCHANGE_RATES, then approve the order."),
        ("2026-02-19,EUR,USD,1.1,ECB\n", "has no rate between USD and EUR of 2026-02-20 to 2026-02-27; add"),
        ("2026-02-27,EUR,USD,x,ECB\n", "line 2: rate is 'x'; write a number above 0 such as 1.0812; correct"),
    ],
)
def test_without_a_rate_nothing_is_issued(proposed, rates, told):
    invoice, findings = proposed(rates)
    assert [finding.code for finding in findings] == ["exchange_rate_missing"]
    assert told in findings[0].message
    assert invoice.accounting_tax is None


def test_no_second_currency_where_none_is_needed(proposed, order):
    same, _ = proposed(None, "USD")
    assert same.accounting_tax is None
    zero = tuple(
        line.model_copy(update={"tax_category": "Z", "tax_rate": Decimal(0)}) for line in order.lines
    )
    untaxed, findings = proposed(None, lines=zero)
    assert (untaxed.accounting_tax, findings) == (None, ())


def test_a_part_is_credited_at_the_rate_of_its_invoice(proposed, order):
    """3 of 6 pieces at 2.55 are 7.65, its tax 1.53 USD; / 1.0812 = 1.4151 EUR."""
    invoice, _ = proposed("2026-02-27,EUR,USD,1.0812,ECB\n")
    issued = invoice.model_copy(update={"number": "INV-1"})
    line = order.lines[0].model_copy(update={"quantity": Decimal(3)})
    asked = order.model_copy(update={"currency": "USD", "kind": "cancellation", "lines": (line,)})
    note, findings = propose_credit(asked, Correction(issued), issue_date=date(2026, 5, 1))
    assert findings == ()
    assert (note.tax_minor, note.accounting_tax.tax_minor) == (153, 142)
    assert note.accounting_tax.rate == Decimal("1.0812")


RATES = st.decimals("0.0000000001", "999999999", places=10)


@given(st.integers(-(10**15), 10**15), RATES, st.booleans(), st.sampled_from(["EUR", "JPY", "BHD"]))
def test_the_amount_is_exact_whatever_the_rate(tax_minor, rate, is_inverse, currency):
    """Nearest minor unit of an exact fraction, halves away from zero."""
    counted = AccountingTax(
        currency=currency, tax_minor=0, rate=rate, is_inverse=is_inverse, rate_date=TODAY, rate_source="x"
    )
    digits = {"EUR": 2, "JPY": 0, "BHD": 3}[currency]
    exact = Fraction(tax_minor, 100) * (1 / Fraction(rate) if is_inverse else Fraction(rate)) * 10**digits
    found = tax_at(tax_minor, "USD", counted)
    assert abs(found - exact) <= Fraction(1, 2)
    assert abs(found) >= abs(exact) or abs(found - exact) < Fraction(1, 2)


@pytest.mark.parametrize("off", [-1, 1])
def test_one_minor_unit_off_is_found(proposed, off):
    invoice, _ = proposed("2026-02-27,EUR,USD,1.0812,ECB\n")
    told = invoice.accounting_tax
    wrong = invoice.model_copy(
        update={"accounting_tax": told.model_copy(update={"tax_minor": told.tax_minor + off})}
    )
    assert [finding.code for finding in arithmetic(wrong)] == ["accounting_tax_wrong"]
