"""The settings of dunning as they are written down, and the terms that follow from them."""

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fakturo.dunning.terms import terms_of
from fakturo.errors import BadSetting
from fakturo.setting_groups.dunning import Dunning
from fakturo.settings import load

PAGE = Path(__file__).parents[2] / "docs/dunning.md"


def test_the_page_shows_the_defaults_and_one_rate_of_one_s_own():
    (shown,) = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    told = Dunning.model_validate(tomllib.loads(shown)["dunning"])
    assert told.base_rates == {date(2026, 7, 1): Decimal("1.27")}
    assert told.model_copy(update={"base_rates": {}}) == Dunning()


def test_levels_come_from_the_environment_as_json(monkeypatch, tmp_path):
    monkeypatch.setenv("FAKTURO_DUNNING_LEVELS", '[{"tone": "final", "days": 5}]')
    monkeypatch.setenv("FAKTURO_DUNNING_BASE_RATES", '{"2026-07-01": "1.5"}')
    found = load(home=tmp_path, _env_file=None).dunning
    assert [(each.tone, each.days) for each in found.levels] == [("final", 5)]
    assert found.base_rates == {date(2026, 7, 1): Decimal("1.5")}


@pytest.mark.parametrize(
    ("name", "value"),
    [("LEVELS", "[]"), ("MARGIN_PCT", "101"), ("CURRENCY", "euro"), ("INTEREST", "some"), ("LAW", "Germany")],
)
def test_what_cannot_be_is_refused_by_name(monkeypatch, tmp_path, name, value):
    monkeypatch.setenv(f"FAKTURO_DUNNING_{name}", value)
    with pytest.raises(BadSetting, match=f"FAKTURO_DUNNING_{name}"):
        load(home=tmp_path, _env_file=None)


def test_a_contract_s_own_rate_holds_on_every_day_and_needs_no_law():
    terms = terms_of(Dunning(interest="fixed", fixed_pct=Decimal(5)), "FR")
    assert terms.rates is not None
    assert (terms.rates.steps[-1].pct, terms.rates.until, terms.no_interest) == (Decimal(5), None, "")
    assert terms.lump_sum_minor == 0


def test_no_interest_wanted_is_nothing_to_remark_on():
    assert terms_of(Dunning(interest="none"), "FR").no_interest == ""


def test_the_law_may_be_another_country_s_than_the_seller_s():
    terms = terms_of(Dunning(law="DE", margin_pct=Decimal(5)), "AT")
    assert terms.rates is not None
    assert terms.rates.steps[-1].pct == Decimal("6.27")
    assert terms.lump_sum_minor == 40_00
