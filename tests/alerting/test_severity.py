"""Severities: begun at a level, left past its margin, never milder for a worse value."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fakturo.alerting.judging import judge, levels_of
from fakturo.alerting.kpis import KPIS, Measured
from fakturo.alerting.severity import SEVERITIES, event_of, severity
from fakturo.errors import BadSetting
from fakturo.settings import load
from fakturo.warehouse.kpi_readings import volume_change
from tests.alerting.made_kpis import DEFAULT, measured, worse

NAMES = st.sampled_from(sorted(KPIS))
BEFORE = st.sampled_from(SEVERITIES)
VALUES = st.floats(-1e4, 1e4) | st.integers(-300, 300).map(float)
STEPS = st.floats(0, 1e4) | st.integers(0, 300).map(float)
RANKS = {name: rank for rank, name in enumerate(SEVERITIES)}


def said(name, value, before="ok", **more):
    return judge(measured(name, value, **more), DEFAULT, before).state


@settings(deadline=None)
@given(NAMES, VALUES, STEPS, BEFORE, st.none() | st.floats(0, 1))
def test_worsening_a_kpi_never_lowers_its_severity(name, value, by, before, p):
    milder = said(name, value, before, p=p)
    harder = said(name, worse(name, value, by), before, p=p)
    assert RANKS[harder] >= RANKS[milder]


@settings(deadline=None)
@given(st.integers(1, 3000), st.integers(0, 3000), st.integers(1, 200), BEFORE)
@example(25, 20, 1, "ok")  # about where a drop of 20 % becomes more than chance
def test_fewer_invoices_never_lower_the_severity_of_a_drop(before, now, fewer, state):
    """With the chance of it worked out anew for each count; 21 and 22 open days."""
    milder, harder = (
        judge(volume_change("EUR", (None, None), count, 21, before, 22), DEFAULT, state).state
        for count in (now, max(now - fewer, 0))
    )
    assert (milder == "not_enough_data") == (harder == "not_enough_data")
    assert milder == "not_enough_data" or RANKS[harder] >= RANKS[milder]


@settings(deadline=None)
@given(NAMES, VALUES, BEFORE, BEFORE)
def test_a_worse_past_never_lowers_it_and_judging_twice_changes_nothing(name, value, one, other):
    first, second = sorted((one, other), key=RANKS.__getitem__)
    assert RANKS[said(name, value, second)] >= RANKS[said(name, value, first)]
    once = said(name, value, one)
    assert said(name, value, once) == once


@settings(deadline=None)
@given(NAMES, VALUES, BEFORE, st.integers(0, 10_000))
def test_without_enough_data_nothing_is_alerted(name, value, before, n):
    state = said(name, value, before, n=n)
    assert (state == "not_enough_data") == (n < levels_of(DEFAULT, name).least)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", KPIS)
def test_no_value_is_not_enough_data(name, value):
    found = judge(measured(name, value), DEFAULT, "critical")
    assert (found.state, found.level) == ("not_enough_data", None)
    assert "not enough data, it has no value." in found.sentence


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("collection_rate", 85.0, "ok"),
        ("collection_rate", 84.99, "warning"),
        ("collection_rate", 75.0, "warning"),
        ("collection_rate", 74.99, "critical"),
        ("average_payment_days", 35.0, "ok"),
        ("average_payment_days", 35.01, "warning"),
        ("average_payment_days", 45.0, "warning"),
        ("average_payment_days", 45.01, "critical"),
        ("average_payment_days", 10.0, "ok"),
        ("invoice_volume_change", -19.99, "ok"),
        ("invoice_volume_change", -20.0, "warning"),
        ("invoice_volume_change", -39.99, "warning"),
        ("invoice_volume_change", -40.0, "critical"),
        ("invoice_volume_change", 300.0, "ok"),
        ("dso", 45.1, "warning"),
        ("dso", 60.1, "critical"),
        ("cei", 79.9, "warning"),
        ("cei", 69.9, "critical"),
        ("ai_success_rate", 89.9, "warning"),
        ("ai_success_rate", 74.9, "critical"),
        ("review_backlog", 50.0, "ok"),
        ("review_backlog", 201.0, "critical"),
        ("review_age", 2.1, "warning"),
        ("review_age", 5.1, "critical"),
        ("publish_age", 3.1, "warning"),
        ("publish_age", 12.1, "critical"),
    ],
)
def test_each_level_by_default(name, value, expected):
    assert said(name, value) == expected


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("collection_rate", (84, 86, 86.9, 87, 87.1), ("warning", "warning", "warning", "ok", "ok")),
        ("collection_rate", (74, 76.9, 77, 86.9, 90), ("critical", "critical", "warning", "warning", "ok")),
        ("average_payment_days", (36, 34, 33.1, 33), ("warning", "warning", "warning", "ok")),
        ("invoice_volume_change", (-20, -15, -14.9), ("warning", "warning", "ok")),
        ("review_backlog", (201, 191, 190, 41, 40), ("critical", "critical", "warning", "warning", "ok")),
    ],
)
def test_a_severity_is_left_only_past_its_margin(name, values, expected):
    states, before = [], "ok"
    for value in values:
        before = said(name, value, before)
        states.append(before)
    assert tuple(states) == expected


def test_a_drop_that_may_be_chance_begins_nothing_and_ends_nothing():
    assert said("invoice_volume_change", -50.0, p=0.06) == "ok"
    assert said("invoice_volume_change", -50.0, p=0.04) == "critical"
    assert said("invoice_volume_change", -18.0, "warning", p=0.4) == "warning"


@settings(deadline=None)
@given(st.lists(BEFORE, min_size=1))
def test_each_worsening_is_told_once_and_each_all_clear(states):
    told = [event_of(before, now) for before, now in zip(["ok", *states], states, strict=False)]
    for place, (before, now) in enumerate(zip(["ok", *states], states, strict=False)):
        is_worse = RANKS[now] > RANKS[before]
        assert (told[place] == f"kpi.{now}") == is_worse
        assert (told[place] == "kpi.cleared") == (now == "ok" != before)
        assert told[place] is None or is_worse or now == "ok"
    assert event_of(states[-1], states[-1]) is None


@pytest.mark.parametrize("name", KPIS)
def test_every_kpi_has_levels_on_its_worse_side_and_refuses_others(name, monkeypatch):
    levels = levels_of(DEFAULT, name)
    assert severity(KPIS[name], levels, worse(name, levels.warning, 0.001)) == "warning"
    swapped = f'{{"warning": {levels.critical}, "critical": {levels.warning}}}'
    monkeypatch.setenv(f"FAKTURO_ALERTS_{name.upper()}", swapped)
    with pytest.raises(BadSetting, match=f"{name} under .alerts. in fakturo.toml.: critical (above|below)"):
        load(_env_file=None)


def test_a_setting_names_only_what_it_changes(monkeypatch, tmp_path):
    file = tmp_path / "fakturo.toml"
    file.write_text("[alerts]\nsignificance = 0.01\n[alerts.dso]\nwatched = false\n")
    monkeypatch.setenv("FAKTURO_CONFIG", str(file))
    monkeypatch.setenv("FAKTURO_ALERTS_COLLECTION_RATE", '{"warning": 60, "critical": 45}')
    alerts = load(_env_file=None).alerts
    assert (alerts.significance, alerts.dso.watched, alerts.dso.warning) == (0.01, False, 45)
    assert (alerts.collection_rate.warning, alerts.collection_rate.margin) == (60, 2)
    assert alerts.cei == DEFAULT.cei


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DSO", '{"margin": 99}', "a margin no wider than from warning to critical"),
        (
            "DSO",
            '{"warning": "high"}',
            "FAKTURO_ALERTS_DSO (warning under [alerts.dso] in fakturo.toml) is 'high', which is not allowed",
        ),
        ("DSO", '{"least": 0}', "(least under [alerts.dso] in fakturo.toml) is 0, which is not allowed"),
        ("DSO", '{"worse": "lower"}', "(worse under [alerts.dso] in fakturo.toml) is not a setting"),
        ("SIGNIFICANCE", "1", "FAKTURO_ALERTS_SIGNIFICANCE (significance under [alerts] in fakturo.toml)"),
    ],
)
def test_a_wrong_level_is_one_sentence(monkeypatch, variable, value, sentence):
    monkeypatch.setenv(f"FAKTURO_ALERTS_{variable}", value)
    with pytest.raises(BadSetting) as refused:
        load(_env_file=None)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_every_kpi_can_be_said_of_no_currency_and_of_one():
    assert judge(Measured("dso", "EUR", 50.0, 99), DEFAULT).headline == (
        "Days sales outstanding EUR is 50.0 days"
    )
    assert judge(Measured("review_backlog", None, 1234.0, 5000), DEFAULT).headline == (
        "Review backlog is 1,234 orders"
    )


@pytest.mark.parametrize("name", KPIS)
def test_the_docs_state_the_levels_by_default(name):
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text()
    (row,) = (line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
    *_, side, warning, critical, margin, least, _ = (cell.strip() for cell in row.split("|"))
    levels, kpi = levels_of(DEFAULT, name), KPIS[name]
    sign = {"higher": ">", "lower": "<"}[kpi.worse] + "=" * kpi.is_reached_at
    assert (side, warning, critical) == (
        kpi.worse,
        f"{sign} {levels.warning:g}",
        f"{sign} {levels.critical:g}",
    )
    assert (margin, least.split()[0]) == (f"{levels.margin:g}", str(levels.least))
