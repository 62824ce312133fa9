"""Which tax a supply bears: the table of docs/taxes.md case by case, and the laws that always hold."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.taxation import vat_ids
from fakturo.taxation.decision import Customer, Supplier
from fakturo.taxation.place import supply
from fakturo.taxation.territory import UNION

DAY = date(2026, 11, 2)
GERMAN, FRENCH, BRITISH, NORTHERN = "DE136695976", "FR40303265045", "GB980780684", "XI980780684"
SELLER = Supplier("DE", GERMAN, "10115")
CONSUMER = Customer("FR", "75001", is_business=False)
BUSINESS = Customer("FR", "75001", FRENCH)


@pytest.mark.parametrize(
    ("customer", "kind", "category", "rate", "vatex", "article"),
    [
        (Customer("DE"), "unknown", "S", "19", None, "UStG § 12"),
        (Customer("DE", vat_id="DE1"), "goods", "S", "19", None, "UStG § 12"),
        (BUSINESS, "goods", "K", "0", "VATEX-EU-IC", "art. 138 (§ 4 no. 1 b, § 6a UStG)"),
        (BUSINESS, "services", "AE", "0", "VATEX-EU-AE", "art. 196"),
        (BUSINESS, "electronic", "AE", "0", "VATEX-EU-AE", "art. 44"),
        (Customer("MC", "98000", FRENCH), "goods", "K", "0", "VATEX-EU-IC", "art. 138"),
        (Customer("GB", "BT1 5GS", NORTHERN), "goods", "K", "0", "VATEX-EU-IC", "art. 138"),
        (Customer("GB", "BT1 5GS", BRITISH), "services", "O", "0", "VATEX-EU-O", "art. 44"),
        (Customer("GR", "10431", "094259216"), "goods", "K", "0", "VATEX-EU-IC", "EL094259216"),
        (CONSUMER, "services", "S", "19", None, "art. 45"),
        (Customer("US"), "goods", "G", "0", "VATEX-EU-G", "art. 146 (1) (a) (§ 4 no. 1 a, § 6 UStG)"),
        (Customer("GB", "B1 1AA"), "goods", "G", "0", "VATEX-EU-G", "art. 146"),
        (Customer("ES", "35001"), "goods", "G", "0", "VATEX-EU-G", "art. 146"),
        (Customer("DE", "78266", GERMAN), "goods", "G", "0", "VATEX-EU-G", "art. 146"),
        (Customer("US", is_business=True), "services", "O", "0", "VATEX-EU-O", "art. 44 (§ 3a (2) UStG)"),
        (Customer("NO", None, "995525828MVA"), "services", "O", "0", "VATEX-EU-O", "art. 44"),
        (Customer("US"), "electronic", "O", "0", "VATEX-EU-O", "arts. 44 and 58"),
    ],
)
def test_what_a_german_seller_charges(customer, kind, category, rate, vatex, article):
    found = supply(SELLER, customer, kind, DAY)
    assert (found.category, found.rate, found.vatex) == (category, Decimal(rate), vatex), found.reason
    assert article in found.reason
    assert found.certainty == "decided"


@pytest.mark.parametrize(
    ("customer", "kind", "code", "says"),
    [
        (BUSINESS, "unknown", "supply_kind_unknown", "FAKTURO_SELLER_SUPPLIES"),
        (Customer("US"), "unknown", "supply_kind_unknown", "tax category"),
        (Customer("GB", "BT1 5GS"), "unknown", "supply_kind_unknown", "Northern Ireland"),
        (Customer("FR", None, "FR40303265046"), "goods", "vat_id_invalid", "check digits do not fit"),
        (Customer("FR", None, "FR40303265046"), "unknown", "vat_id_invalid", "FR40303265046"),
        (Customer("FR", None, GERMAN), "goods", "vat_id_of_sellers_state", "art. 138"),
        (Customer("FR", None, BRITISH), "goods", "vat_id_of_no_member_state", "GB980780684"),
        (Customer("FR", None, "12-3456789"), "goods", "vat_id_invalid", "FR123456789"),
        (Customer("GB", "BT1 5GS", BRITISH), "goods", "vat_id_of_no_member_state", "Northern Ireland"),
        (Customer("FR", is_business=True), "goods", "vat_id_missing", "without a VAT id"),
        (Customer("FR"), "goods", "customer_status_unknown", "FAKTURO_SELLER_ONE_STOP_SHOP"),
        (CONSUMER, "goods", "customer_status_unknown", "below_threshold"),
        (Customer("FR"), "services", "customer_status_unknown", "If it is a business"),
        (Customer("US"), "services", "customer_status_unknown", "art. 45"),
        (Customer("CH", None, "CHE-107.787.578 MWST"), "services", "vat_id_invalid", "check digits"),
        (Customer("DE", "78266"), "goods", "special_territory", "Büsingen"),
        (Customer("DE", "27498", GERMAN), "services", "special_territory", "Heligoland"),
        (Customer("DE", None, FRENCH), "services", "vat_id_of_another_state", "art. 44"),
    ],
)
def test_what_a_german_seller_is_asked(customer, kind, code, says):
    found = supply(SELLER, customer, kind, DAY)
    assert (found.category, found.rate, found.certainty) == (None, None, "ask"), found.reason
    assert [each.code for each in found.findings] == [code]
    assert says in found.findings[0].message


@pytest.mark.parametrize(
    ("shop", "kind", "rate", "article"),
    [
        ("registered", "goods", "20", "art. 33 (a)"),
        ("registered", "electronic", "20", "art. 58"),
        ("registered", "services", "19", "art. 45"),
        ("below_threshold", "goods", "19", "art. 59c"),
        ("below_threshold", "electronic", "19", "art. 59c"),
        ("below_threshold", "unknown", "19", "art. 59c"),
    ],
)
def test_consumers_of_other_states_follow_the_one_stop_shop(shop, kind, rate, article):
    """France charges 20 %, Germany 19 %."""
    found = supply(SELLER._replace(one_stop_shop=shop), Customer("FR", "75001"), kind, DAY)
    assert (found.category, found.rate) == ("S", Decimal(rate))
    assert article in found.reason


def test_a_consumer_where_the_rate_is_not_known_is_asked_about():
    shop = SELLER._replace(one_stop_shop="registered")
    found = supply(shop, Customer("GR", "81100"), "goods", DAY)
    assert [each.code for each in found.findings] == ["rate_not_known"]
    assert "Greek islands" in found.reason


@pytest.mark.parametrize("number", [None, "DE136695977", FRENCH, "DE 123"])
def test_without_an_own_valid_vat_id_nobody_leaves_vat_away(number):
    found = supply(Supplier("DE", number), BUSINESS, "goods", DAY)
    assert [each.code for each in found.findings] == ["seller_vat_id_missing"]


@pytest.mark.parametrize(
    ("seller", "customer", "kind", "expected"),
    [
        (Supplier("GB", BRITISH), Customer("GB"), "unknown", ("S", Decimal(20))),
        (Supplier("GB", BRITISH), Customer("GB", "BT1 5GS"), "goods", ("S", Decimal(20))),
        (Supplier("GB", BRITISH), BUSINESS, "goods", ("Z", Decimal(0))),
        (Supplier("GB", BRITISH), BUSINESS, "services", ("O", Decimal(0))),
        (Supplier("GB", BRITISH), CONSUMER, "services", (None, None)),
        (Supplier("GB", NORTHERN), BUSINESS, "goods", ("K", Decimal(0))),
        (Supplier("GB", NORTHERN, "BT1 5GS"), BUSINESS, "services", ("O", Decimal(0))),
        (Supplier("GB", NORTHERN), Customer("US"), "goods", ("Z", Decimal(0))),
        (Supplier("GB", NORTHERN), BUSINESS, "unknown", (None, None)),
        (Supplier("CH", "CHE107787577IVA"), Customer("LI"), "goods", ("S", Decimal("8.1"))),
        (Supplier("CH", "CHE107787577IVA"), BUSINESS, "goods", ("G", Decimal(0))),
        (Supplier("CH", "CHE107787577IVA"), CONSUMER, "services", ("O", Decimal(0))),
        (Supplier("NO", "NO995525828MVA"), Customer("NO"), "goods", ("S", Decimal(25))),
        (Supplier("NO", "NO995525828MVA"), BUSINESS, "goods", ("G", Decimal(0))),
        (Supplier("NO", "NO995525828MVA"), BUSINESS, "services", (None, None)),
        (Supplier("ES", "ESB58378431", "35001"), Customer("ES", "38001"), "goods", ("L", Decimal(7))),
        (Supplier("ES", "ESB58378431", "28001"), Customer("ES", "35001"), "goods", ("G", Decimal(0))),
        (Supplier("ES", "ESB58378431", "28001"), Customer("ES", "35001"), "services", (None, None)),
        (Supplier("FI", "FI20774740", "00100"), Customer("FI", "22100", "FI20774740"), "goods", (None, None)),
        (Supplier("PT", "PT501964843", "9000-018"), Customer("PT", "9000-019"), "goods", ("S", Decimal(22))),
        (Supplier("PT", "PT501964843", "1000-001"), Customer("PT", "9000-019"), "goods", (None, None)),
        (Supplier("FR", FRENCH), Customer("MC"), "services", ("S", Decimal(20))),
        (Supplier("AT", "ATU13585627"), Customer("DE", None, GERMAN), "goods", ("K", Decimal(0))),
        (Supplier("EL", "094259216"), BUSINESS, "goods", ("K", Decimal(0))),
    ],
)
def test_sellers_elsewhere(seller, customer, kind, expected):
    found = supply(seller, customer, kind, DAY)
    assert (found.category, found.rate) == expected, found.reason


@pytest.mark.parametrize(
    ("seller", "customer", "on"),
    [
        (Supplier("US"), Customer("US"), DAY),
        (Supplier("US"), BUSINESS, DAY),
        (Supplier("ES", None, "51001"), Customer("ES", "51001"), DAY),
        (Supplier("ES", None, "35001"), Customer("ES", "28001"), DAY),
        (Supplier("FR", None, "97400"), Customer("FR", "97400"), DAY),
        (Supplier("AT", None, "6991"), Customer("AT", "6991"), DAY),
        (SELLER, Customer("DE"), date(2009, 12, 31)),
        (Supplier("GB", is_small_business=True), Customer("GB"), DAY),
        (Supplier("GB", NORTHERN, is_small_business=True), BUSINESS, DAY),
        (Supplier("ES", postcode="35001", is_small_business=True), Customer("ES", "35001"), DAY),
        (SELLER, Customer(None), DAY),
    ],
)
def test_outside_these_rules_the_sellers_settings_apply(seller, customer, on):
    found = supply(seller, customer, "goods", on)
    assert (found.category, found.rate, found.findings) == (None, None, ())
    assert found.certainty == "not_known"
    assert found.reason.endswith("the seller's settings apply.")


@pytest.mark.parametrize(
    ("country", "customer", "kind", "category", "law"),
    [
        ("DE", Customer("DE"), "unknown", "E", "§ 19 UStG"),
        ("DE", BUSINESS, "goods", "E", "§ 19 UStG"),
        ("DE", BUSINESS, "services", "AE", "art. 196"),
        ("DE", CONSUMER, "services", None, "FAKTURO"),
        ("DE", Customer("US"), "goods", "E", "§ 19 UStG"),
        ("AT", Customer("AT"), "services", "E", "§ 6 (1) no. 27"),
        ("FR", Customer("FR"), "goods", "E", "293 B CGI"),
        ("NL", Customer("NL"), "goods", "E", "art. 284"),
    ],
)
def test_a_small_business_charges_nothing(country, customer, kind, category, law):
    numbers = {"DE": GERMAN, "FR": FRENCH}
    seller = Supplier(country, numbers.get(country), is_small_business=True)
    if customer is CONSUMER:
        customer = customer._replace(is_business=None)
    found = supply(seller, customer, kind, DAY)
    assert found.category == category
    assert law in found.reason


def test_the_rate_is_that_of_the_day():
    """§ 12 UStG: 16 % from 1 July to 31 December 2020."""
    rates = [
        supply(SELLER, Customer("DE"), "goods", day).rate for day in (date(2020, 6, 30), date(2020, 7, 1))
    ]
    assert rates == [19, 16]


def test_britain_was_a_member_state_until_the_end_of_2020():
    buyer = Customer("GB", None, BRITISH)
    assert supply(SELLER, buyer, "goods", date(2020, 12, 31)).category == "K"
    assert supply(SELLER, buyer, "goods", date(2021, 1, 1)).category == "G"


def test_far_beyond_the_last_check_of_the_table_the_reason_says_so():
    assert "last checked" in supply(SELLER, Customer("DE"), "goods", date(2028, 1, 1)).reason
    assert "last checked" not in supply(SELLER, Customer("DE"), "goods", DAY).reason


COUNTRIES = st.sampled_from(
    [*sorted(UNION), "GB", "CH", "NO", "US", "MC", "LI", "AX", "IM", "EL", "UK", "XX"]
)
NUMBERS = st.sampled_from(
    [None, "", GERMAN, FRENCH, BRITISH, NORTHERN, "ATU13585627", "DE136695977", "nonsense", "CHE107787577IVA"]
)
POSTCODES = st.sampled_from([None, "10115", "35001", "78266", "BT1 5GS", "9000", "97400", "6991", "22100"])
SELLERS = st.builds(
    Supplier,
    COUNTRIES,
    NUMBERS,
    POSTCODES,
    st.booleans(),
    st.sampled_from(["unknown", "registered", "below_threshold"]),
)
CUSTOMERS = st.builds(
    Customer, st.one_of(st.none(), COUNTRIES), POSTCODES, NUMBERS, st.sampled_from([None, True, False])
)
KINDS = st.sampled_from(["goods", "services", "electronic", "unknown"])
DAYS = st.dates(date(2009, 1, 1), date(2028, 12, 31))


@given(SELLERS, CUSTOMERS, KINDS, DAYS)
def test_every_answer_is_whole(seller, customer, kind, on):
    """Decided: category, rate and reason. Asked: findings. Not known: neither."""
    found = supply(seller, customer, kind, on)
    assert found.reason.endswith(".")
    assert (found.category is not None) == (found.rate is not None) == (found.certainty == "decided")
    assert bool(found.findings) == (found.certainty == "ask")
    if found.category is not None:
        assert (found.rate > 0) == (found.category in {"S", "L", "M"})


@given(SELLERS, CUSTOMERS, KINDS, DAYS)
def test_vat_is_never_left_away_between_states_without_two_valid_vat_ids(seller, customer, kind, on):
    found = supply(seller, customer, kind, on)
    if found.category in {"K", "AE"}:
        bought = vat_ids.read(customer.vat_id, customer.country)
        sold = vat_ids.read(seller.vat_id, seller.country)
        assert (bought.status, sold.status) == ("valid", "valid")
        assert bought.country != sold.country
        assert found.category == ("K" if kind == "goods" else "AE")


@given(SELLERS, CUSTOMERS, KINDS, DAYS)
def test_a_small_business_charges_tax_only_through_the_one_stop_shop(seller, customer, kind, on):
    found = supply(seller._replace(is_small_business=True), customer, kind, on)
    assert not found.rate or "art. 369a" in found.reason


@given(SELLERS, CUSTOMERS, KINDS, DAYS)
def test_an_unknown_kind_never_decides_what_depends_on_it(seller, customer, kind, on):
    found = supply(seller, customer, "unknown", on)
    assert found.category not in {"K", "AE", "G", "O", "Z"}
    if found.category == "S":
        told = supply(seller, customer, "goods", on)
        assert (told.category, told.rate) == (found.category, found.rate)
