"""An address is placed by the tax map, not by the political one."""

from datetime import date

import pytest

from fakturo.taxation.territory import in_union, locate

TODAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("country", "postcode", "place", "goods", "services"),
    [
        ("DE", "10115", "DE", True, True),
        ("DE", "78266", "DE-BUS", False, False),
        ("DE", "27498", "DE-HEL", False, False),
        ("ES", "28001", "ES", True, True),
        ("ES", "35001", "ES-CN", False, False),
        ("ES", "ES-38670", "ES-CN", False, False),
        ("ES", "51001", "ES-CE", False, False),
        ("ES", "52001", "ES-ML", False, False),
        ("IT", "23041", "IT-LIV", False, False),
        ("GR", "630 86", "GR-ATH", False, False),
        ("GR", "81100", "GR-ISL", True, True),
        ("EL", "10431", "GR", True, True),
        ("FI", "22100", "AX", False, False),
        ("AX", None, "AX", False, False),
        ("FR", "97400", "FR-OM", False, False),
        ("RE", None, "FR-OM", False, False),
        ("FR", "75001", "FR", True, True),
        ("MC", "98000", "FR", True, True),
        ("PT", "9000-018", "PT-30", True, True),
        ("PT", "9500-018", "PT-20", True, True),
        ("PT", "1000-001", "PT", True, True),
        ("AT", "6991", "AT-JM", True, True),
        ("GB", "BT1 5GS", "XI", True, False),
        ("GB", "B1 1AA", "GB", False, False),
        ("UK", "EC1A 1AA", "GB", False, False),
        ("IM", "IM1 1AA", "GB", False, False),
        ("LI", "9490", "CH", False, False),
        ("FO", None, "FO", False, False),
        ("US", "35001", "US", False, False),
    ],
)
def test_where_an_address_lies(country, postcode, place, goods, services):
    """Source: Directive 2006/112/EC arts. 6 and 7, Protocol on Northern Ireland art. 8."""
    found = locate(country, postcode, TODAY)
    assert (found.place, found.goods_in_union, found.services_in_union) == (place, goods, services)


def test_britain_was_inside_until_the_end_of_2020():
    assert locate("GB", "BT1 5GS", date(2020, 12, 31)).place == "GB"
    assert locate("GB", None, date(2020, 12, 31)).services_in_union
    assert not locate("GB", None, date(2021, 1, 1)).goods_in_union


def test_croatia_is_inside_since_july_2013():
    assert not in_union("HR", date(2013, 6, 30))
    assert in_union("HR", date(2013, 7, 1))
