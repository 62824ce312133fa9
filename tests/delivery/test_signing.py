"""Signatures: against a value of another program, and everything that must not pass."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.delivery.signing import holds, signature

AT = datetime(2026, 1, 1, tzinfo=UTC)
BODY, SECRET = b'{"id":"evt_1"}', "a-secret-of-16-letters"
BY_OPENSSL = "915d4af05d42cf2e87e273b006d8a993f864a99543f1fc51e22af152796ee267"
"""printf '1767225600.{"id":"evt_1"}' | openssl dgst -sha256 -hmac a-secret-of-16-letters"""


def test_a_signature_is_what_openssl_says():
    assert signature(BODY, [SECRET], AT) == f"t=1767225600,v1={BY_OPENSSL}"


def test_each_secret_signs():
    assert signature(BODY, ["x", SECRET], AT).endswith(f",v1={BY_OPENSSL}")
    assert signature(BODY, ["x", SECRET], AT).count("v1=") == 2


@pytest.mark.parametrize("late_s", [-300, 0, 300])
def test_it_holds_for_300_seconds(late_s):
    assert holds(BODY, signature(BODY, [SECRET], AT), [SECRET], AT + timedelta(seconds=late_s))


@pytest.mark.parametrize("late_s", [-301, 301, 86400])
def test_an_old_one_or_one_of_the_future_does_not_hold(late_s):
    assert not holds(BODY, signature(BODY, [SECRET], AT), [SECRET], AT + timedelta(seconds=late_s))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1767225600",
        f"v1={BY_OPENSSL}",
        f"t=1767225601,v1={BY_OPENSSL}",
        f"t=1767225600,t=1767225600,v1={BY_OPENSSL}",
        f"t=1767225600,v0={BY_OPENSSL}",
        f"t=1767225600,v1={BY_OPENSSL[:-1]}",
        f"t=1767225600,v1={BY_OPENSSL.upper()}",
        f"t=+1767225600,v1={BY_OPENSSL}",
        f"t={'9' * 5000},v1={BY_OPENSSL}",
        "t=1767225600,v1=é",
    ],
)
def test_what_is_not_exactly_the_signature_does_not_hold(header):
    assert not holds(BODY, header, [SECRET], AT)


@given(st.binary(max_size=200), st.binary(max_size=200), st.text(min_size=1), st.text(min_size=1))
def test_it_holds_for_that_body_and_that_secret_alone(body, other, secret, wrong):
    secret, wrong = (each.encode("utf-8", "replace").decode() for each in (secret, wrong))
    header = signature(body, [secret], AT)
    assert holds(body, header, [wrong, secret], AT)
    assert holds(other, header, [secret], AT) == (other == body)
    assert holds(body, header, [wrong], AT) == (wrong.rstrip("\0") == secret.rstrip("\0"))
