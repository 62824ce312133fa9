"""The rate table: what named sources say of a day, what is not known, and that a broken table is refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.errors import BadInput
from fakturo.taxation.rates import CHECKED_ON, in_force, is_rate, is_stale, read, standard
from fakturo.taxation.territory import UNION

HEAD = "place,kind,rate_pct,valid_from,valid_to,sure,source"

COMMISSION_LIST = """
AT 2010-01-01 20 | BE 2010-01-01 21 | BG 2010-01-01 20 | DK 2010-01-01 25 | SE 2010-01-01 25
MT 2010-01-01 18 | CY 2012-02-29 15 | CY 2012-03-01 17 | CY 2013-01-14 18 | CY 2014-01-13 19
CZ 2010-01-01 20 | CZ 2013-01-01 21 | DE 2010-01-01 19 | EE 2010-01-01 20 | ES 2010-06-30 16
ES 2010-07-01 18 | ES 2012-09-01 21 | FR 2013-12-31 19.6 | FR 2014-01-01 20 | GR 2010-03-14 19
GR 2010-03-15 21 | GR 2010-07-01 23 | GR 2016-06-01 24 | HR 2012-02-29 23 | HR 2012-03-01 25
HU 2011-12-31 25 | HU 2012-01-01 27 | IE 2011-12-31 21 | IE 2012-01-01 23 | IE 2020-09-01 21
IT 2011-09-16 20 | IT 2011-09-17 21 | IT 2013-10-01 22 | LT 2010-01-01 21 | LU 2014-12-31 15
LU 2015-01-01 17 | LV 2010-12-31 21 | LV 2011-01-01 22 | LV 2012-07-01 21 | NL 2012-09-30 19
NL 2012-10-01 21 | PL 2010-12-31 22 | PL 2011-01-01 23 | PT 2010-06-30 20 | PT 2010-07-01 21
PT 2011-01-01 23 | RO 2010-06-30 19 | RO 2010-07-01 24 | RO 2016-01-01 20 | RO 2017-01-01 19
SI 2013-06-30 20 | SI 2013-07-01 22 | SK 2010-12-31 19 | SK 2011-01-01 20 | FI 2010-06-30 22
FI 2010-07-01 23 | FI 2013-01-01 24
"""
"""Source: EU Commission, "VAT rates applied in the Member States", June 2021, section VIII."""

TEDB = """
IE 2021-02-28 21 | IE 2021-03-01 23 | LU 2023-01-01 16 | LU 2024-01-01 17 | EE 2023-12-31 20
EE 2024-01-01 22 | EE 2025-06-30 22 | EE 2025-07-01 24 | FI 2024-08-31 24 | FI 2024-09-01 25.5
SK 2024-12-31 20 | SK 2025-01-01 23 | RO 2025-07-31 19 | RO 2025-08-01 21 | AT 2026-09-23 20
GR 2026-09-23 24 | SI 2026-09-23 22 | NL 2026-09-23 21
"""
"""Source: EU Commission, Taxes in Europe Database, extract of 2026-09-23."""

NATIONAL = """
DE 2020-06-30 19 | DE 2020-07-01 16 | DE 2020-12-31 16 | DE 2021-01-01 19 | GB 2011-01-03 17.5
GB 2011-01-04 20 | XI 2021-01-01 20 | NO 2015-06-01 25 | CH 2010-12-31 7.6 | CH 2011-01-01 8
CH 2018-01-01 7.7 | CH 2024-01-01 8.1 | ES-CN 2018-12-31 7 | ES-CN 2019-01-01 6.5 | ES-CN 2020-01-01 7
PT-30 2020-01-01 22 | PT-20 2021-07-01 16
"""
"""Source: Zweites Corona-Steuerhilfegesetz art. 3; Finance (No. 2) Act 2010 s. 3; MWSTG art. 25; Ley 4/2012
and 19/2019 of the Canary Islands; Decreto-Lei 347/85 with the regional decrees."""


def cases(text: str) -> list[tuple[str, date, Decimal]]:
    words = [each.split() for line in text.split("\n") for each in line.split("|") if each.strip()]
    return [(place, date.fromisoformat(day), Decimal(pct)) for place, day, pct in words]


@pytest.mark.parametrize(("place", "day", "pct"), [*cases(COMMISSION_LIST), *cases(TEDB), *cases(NATIONAL)])
def test_the_standard_rate_of_a_day_is_that_of_the_named_source(place, day, pct):
    found = standard(place, day)
    assert found is not None
    assert found.pct == pct


@pytest.mark.parametrize(
    ("place", "day", "kind", "expected"),
    [
        ("DE", "2020-10-01", "reduced", {"5"}),
        ("DE", "2021-01-01", "reduced", {"7"}),
        ("AT", "2021-06-01", "reduced", {"5", "10", "13"}),
        ("FR", "2013-05-01", "reduced", {"5.5", "7"}),
        ("FR", "2014-01-01", "reduced", {"5.5", "10"}),
        ("FR", "2014-01-01", "super_reduced", {"2.1"}),
        ("GR", "2014-01-13", "reduced", {"6.5", "13"}),
        ("HR", "2014-01-13", "reduced", {"5", "13"}),
        ("LU", "2014-01-13", "parking", {"12"}),
        ("LU", "2023-06-01", "reduced", {"7"}),
        ("LU", "2023-06-01", "parking", {"13"}),
        ("CZ", "2023-12-31", "reduced", {"10", "15"}),
        ("CZ", "2024-01-01", "reduced", {"12"}),
        ("SK", "2025-01-01", "reduced", {"19"}),
        ("RO", "2025-08-01", "reduced", {"11"}),
        ("LT", "2025-12-31", "reduced", {"5", "9"}),
        ("LT", "2026-01-01", "reduced", {"5", "12"}),
        ("FI", "2025-12-31", "reduced", {"10", "14"}),
        ("FI", "2026-01-01", "reduced", {"10", "13.5"}),
        ("EE", "2024-06-01", "reduced", {"5", "9"}),
        ("EE", "2025-01-01", "reduced", {"9", "13"}),
        ("IE", "2014-01-13", "super_reduced", {"4.8"}),
        ("IE", "2014-01-13", "reduced", {"9", "13.5"}),
        ("ES", "2024-11-01", "reduced", {"7.5", "10"}),
        ("ES", "2024-11-01", "super_reduced", {"2", "4"}),
        ("CY", "2023-07-20", "super_reduced", set()),
        ("CY", "2023-07-21", "super_reduced", {"3"}),
        ("MT", "2024-01-01", "parking", {"12"}),
        ("GB", "2022-03-31", "reduced", {"5", "12.5"}),
        ("CH", "2024-01-01", "reduced", {"2.6", "3.8"}),
        ("NO", "2021-01-01", "reduced", {"6", "11.11", "15"}),
        ("DK", "2026-01-01", "reduced", set()),
    ],
)
def test_the_lower_rates_of_a_day_are_those_of_the_named_source(place, day, kind, expected):
    """Source: EU Commission lists of 2014 and 2021, TEDB as of 2026-04-28, the acts named in the table."""
    on = date.fromisoformat(day)
    assert {str(each.pct) for each in in_force(place, on) if each.kind == kind and each.sure} == expected


def test_every_state_has_a_rate_on_every_day_of_the_table():
    """Monthly, from 2010 to the day of the check."""
    day = date(2010, 1, 1)
    while day <= CHECKED_ON:
        for place in {*UNION, "GB", "NO", "CH"}:
            assert standard(place, day) is not None, f"{place} {day}"
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)


@given(st.dates(date(2010, 1, 1), date(2030, 12, 31)), st.sampled_from(sorted(UNION)))
def test_a_day_has_one_standard_rate_above_its_lower_ones(day, place):
    found = in_force(place, day)
    (top,) = [each.pct for each in found if each.kind == "standard"]
    assert 15 <= top <= 27  # art. 97; the highest ever is Hungary's
    assert all(each.pct < top for each in found if each.kind != "standard")
    assert all(each.pct >= 12 for each in found if each.kind == "parking")  # art. 118
    assert all(each.pct < 5 for each in found if each.kind == "super_reduced")  # art. 98 (2)


@given(st.dates(max_value=date(2009, 12, 31)))
def test_nothing_is_known_before_the_table_begins(day):
    assert standard("DE", day) is None


@pytest.mark.parametrize("place", ["US", "ZZ", "DE-BUS", "ES-CE", "FR-OM", "GR-ISL", ""])
def test_a_place_outside_the_table_is_not_known(place):
    assert standard(place, date(2026, 1, 1)) is None
    assert is_rate(place, Decimal(19), date(2026, 1, 1)) is None


def test_a_rate_that_nobody_is_sure_of_is_listed_but_never_the_standard_rate():
    assert [each.sure for each in in_force("AT-JM", date(2026, 1, 1))] == [False]
    assert standard("AT-JM", date(2026, 1, 1)) is None


def test_a_rate_is_one_of_its_day():
    assert is_rate("DE", Decimal(16), date(2020, 7, 1)) is True
    assert is_rate("DE", Decimal("16.0"), date(2021, 1, 1)) is False


def test_the_table_says_when_it_is_old():
    assert not is_stale(CHECKED_ON + timedelta(days=366))
    assert is_stale(CHECKED_ON + timedelta(days=367))


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["DE,standard,19,2010-01-01,,yes,x", "DE,standard,20,2020-01-01,,yes,x"], "overlap"),
        (
            ["DE,standard,19,2010-01-01,2019-12-30,yes,x", "DE,standard,20,2020-01-01,,yes,x"],
            "no standard rate",
        ),
        (["DE,reduced,7,2010-01-01,2020-01-01,yes,x", "DE,reduced,7,2020-01-01,,yes,x"], "overlap"),
        (["DE,standard,19,2020-01-01,2019-01-01,yes,x"], "ends before it begins"),
        (["DE,usual,19,2020-01-01,,yes,x"], "no kind"),
        (["DE,standard,19,2020-01-01,,yes,"], "no source"),
        (["DE,standard,0,2020-01-01,,yes,x"], "no percentage"),
        (["DE,standard,nineteen,2020-01-01,,yes,x"], "cannot be read"),
        (["DE,standard,19,1.1.2020,,yes,x"], "cannot be read"),
        (["DE,standard,19,2020-01-01,,perhaps,x"], "cannot be read"),
    ],
)
def test_a_broken_table_is_refused_with_the_row(rows, problem):
    with pytest.raises(BadInput, match=problem):
        read([HEAD, *rows])


def test_lower_rates_may_pause():
    rows = ["NO,reduced,12,2018-01-01,2020-03-31,yes,x", "NO,reduced,12,2021-10-01,,yes,x"]
    assert len(read([HEAD, *rows])) == 2


@given(
    st.lists(st.dates(date(2010, 1, 1), date(2030, 12, 31)), min_size=1, max_size=6, unique=True), st.data()
)
def test_periods_that_touch_are_accepted_and_every_day_finds_its_own(starts, data):
    starts.sort()
    ends = [*(str(each - timedelta(days=1)) for each in starts[1:]), ""]
    rows = [
        f"AA,standard,{n},{s},{e},yes,x" for n, (s, e) in enumerate(zip(starts, ends, strict=True), start=1)
    ]
    table = read([HEAD, *data.draw(st.permutations(rows))])
    day = data.draw(st.dates(starts[0], date(2031, 1, 1)))
    expected = sum(1 for each in starts if each <= day)
    covering = [each.pct for each in table if each.valid_from <= day and (each.valid_to or day) >= day]
    assert covering == [expected]
