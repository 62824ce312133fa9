"""Prices by hand, and retries as a share of the first tries."""

from decimal import Decimal

import pytest

from fakturo.ai.lane.budget import RetryBudget, cost_micros, in_micros, likely_tokens
from fakturo.setting_groups.ai import Provider


def priced(asked, answered):
    return Provider(price_in=Decimal(asked), price_out=Decimal(answered))


@pytest.mark.parametrize(
    ("provider", "tokens", "micros"),
    [
        (priced("2.50", "10"), (1000, 500), 7_500),  # 0.0025 + 0.005 of the currency
        (priced("0.15", "0.60"), (1_000_000, 1_000_000), 750_000),
        (priced("0.15", "0.60"), (1, 1), 1),  # 0.75 millionths: a call is never free of charge
        (priced("0", "0"), (1000, 500), 0),
        (priced("2.50", "10"), (0, 0), 0),
    ],
)
def test_a_call_costs_what_the_price_list_says(provider, tokens, micros):
    assert cost_micros(provider, *tokens) == micros


@pytest.mark.parametrize(
    "provider", [Provider(), Provider(price_in=Decimal(1)), Provider(price_out=Decimal(1))]
)
def test_without_both_prices_nothing_is_said_about_costs(provider):
    assert cost_micros(provider, 1000, 500) is None


def test_a_cap_is_in_the_unit_of_the_ledger():
    assert in_micros(Decimal("12.345678")) == 12_345_678
    assert in_micros(None) is None


def test_tokens_are_guessed_from_letters():
    # 3.5 letters a token: 700 asked are 200, and an answer as long as the text of 350 is 100 and a frame
    messages = [{"role": "system", "content": "r" * 350}, {"role": "user", "content": "t" * 350}]
    assert likely_tokens(messages) == (200, 120)


def take_all(budget):
    taken = 0
    while budget.take():
        taken += 1
    return taken


def test_ten_retries_are_there_to_start_with():
    assert take_all(RetryBudget(0.3)) == 10


def test_first_tries_earn_their_share_of_retries():
    budget = RetryBudget(0.25)
    take_all(budget)
    for _ in range(40):
        budget.first_try()
    assert take_all(budget) == 10


def test_no_more_than_fifty_are_saved():
    budget = RetryBudget(1.0)
    for _ in range(10_000):
        budget.first_try()
    assert take_all(budget) == 50


def test_a_share_of_nothing_earns_nothing():
    budget = RetryBudget(0.0)
    take_all(budget)
    for _ in range(1000):
        budget.first_try()
    assert not budget.take()
