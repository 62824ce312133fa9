"""The code lists of EN 16931, and what each category demands beside it."""

from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.order import TaxCategory
from fakturo.taxation.codes import MEANINGS, RULE_PREFIX, codes_of, default_code, exemption_codes
from fakturo.taxation.required import Reason, Stated, missing

WHOLE = Stated(
    seller_vat_id="DE136695976",
    seller_registration="HRB 1",
    buyer_vat_id="FR40303265045",
    delivery_country="FR",
    delivery_date=date(2026, 11, 2),
)
BECAUSE = Reason("because", None)


def test_every_category_has_a_meaning_and_rules():
    assert set(get_args(TaxCategory)) == MEANINGS.keys() == RULE_PREFIX.keys()


def test_the_codes_of_four_categories_are_fixed():
    """Source: Peppol BIS Billing 3.0, P0104 to P0107."""
    fixed = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}
    for category, code in fixed.items():
        assert (default_code(category), codes_of(category)) == (code, (code,))
    assert default_code("E") is default_code("S") is None
    assert {"VATEX-EU-132-1I", "VATEX-EU-J", "VATEX-FR-FRANCHISE"} <= set(codes_of("E"))


def test_codes_are_written_in_capitals_once():
    codes = exemption_codes()
    assert all(code == code.upper() and code.startswith("VATEX-") for code in codes)
    assert all(each.basis for each in codes.values())


@pytest.mark.parametrize(
    ("groups", "stated", "rules"),
    [
        ({"S": Reason()}, WHOLE, []),
        ({"S": Reason()}, Stated(seller_tax_number="12/345"), []),
        ({"S": Reason()}, Stated(), ["BR-S-02"]),
        ({"S": BECAUSE}, WHOLE, ["BR-S-10"]),
        ({"Z": BECAUSE}, WHOLE, ["BR-Z-10"]),
        ({"Z": Reason()}, Stated(), ["BR-Z-02"]),
        ({"L": Reason()}, Stated(), ["BR-AF-02"]),
        ({"M": Reason()}, Stated(), ["BR-AG-02"]),
        ({"E": Reason()}, WHOLE, ["BR-E-10"]),
        ({"E": BECAUSE}, Stated(seller_tax_number="12/345"), []),
        ({"AE": BECAUSE}, WHOLE, []),
        ({"AE": BECAUSE}, WHOLE._replace(buyer_vat_id=None), ["BR-AE-02"]),
        ({"AE": BECAUSE}, WHOLE._replace(buyer_vat_id=None, buyer_registration="1"), []),
        ({"AE": Reason(None, "VATEX-EU-AE")}, WHOLE, []),
        ({"AE": Reason()}, WHOLE, ["BR-AE-10"]),
        ({"K": BECAUSE}, WHOLE, []),
        ({"K": BECAUSE}, WHOLE._replace(buyer_vat_id=None, buyer_registration="1"), ["BR-IC-02"]),
        ({"K": BECAUSE}, WHOLE._replace(seller_vat_id=None, seller_tax_number="1"), ["BR-IC-02"]),
        ({"K": Reason()}, WHOLE, ["BR-IC-10"]),
        ({"K": BECAUSE}, WHOLE._replace(delivery_date=None), ["BR-IC-11"]),
        ({"K": BECAUSE}, WHOLE._replace(delivery_date=None, has_invoicing_period=True), []),
        ({"K": BECAUSE}, WHOLE._replace(delivery_country=None), ["BR-IC-12"]),
        ({"G": BECAUSE}, WHOLE._replace(seller_vat_id=None, seller_tax_number="1"), ["BR-G-02"]),
        ({"G": Reason()}, WHOLE, ["BR-G-10"]),
        ({"O": BECAUSE}, Stated(seller_registration="HRB 1"), []),
        ({"O": BECAUSE}, WHOLE, ["BR-O-02"]),
        ({"O": BECAUSE}, Stated(), ["BR-CO-26"]),
        ({"O": Reason()}, Stated(seller_registration="HRB 1"), ["BR-O-10"]),
        ({"G": Reason(None, "vatex-eu-ae")}, WHOLE, ["Peppol P0104 to P0111"]),
        ({"E": Reason(None, "VATEX-XX-NEW")}, WHOLE, []),
    ],
)
def test_each_category_demands_what_its_rules_say(groups, stated, rules):
    """Source: EN 16931-1, rules named in the findings."""
    assert [each.message.rpartition("(")[2].removesuffix(").") for each in missing(groups, stated)] == rules


def test_category_o_never_stands_beside_another():
    groups = {"S": Reason(), "O": BECAUSE, "K": BECAUSE}
    (found,) = [each for each in missing(groups, WHOLE) if each.code == "category_o_not_alone"]
    assert found.message == "Category O stands beside K, S; make two invoices (BR-O-11 to BR-O-14)."


@given(
    st.dictionaries(
        st.sampled_from(get_args(TaxCategory)), st.builds(Reason, st.sampled_from([None, "x"])), min_size=1
    ),
    st.builds(
        Stated,
        *[st.sampled_from([None, "1"])] * 6,
        st.sampled_from([None, date(2026, 1, 1)]),
        st.booleans(),
    ),
)
def test_the_more_is_stated_the_less_is_missing_unless_o_forbids_it(groups, stated):
    before = {each.code for each in missing(groups, stated)}
    after = {
        each.code for each in missing(groups, stated._replace(delivery_country="FR", buyer_registration="1"))
    }
    assert after <= before
