"""Personal data is masked where it is certain, and amounts never are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakturo.privacy import mask, masked_text, unmask


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to jo.smith+x@mail.example.com now", "write to [email 1] now"),
        ("a@example.com b@example.com a@example.com", "[email 1] [email 2] [email 1]"),
        ("IBAN GB33BUKB20201555555555 please", "IBAN [iban 1] please"),
        ("IBAN DE89 3704 0044 0532 0130 00 und BIC", "IBAN [iban 1] und BIC"),
        ("call +44 20 7946 0958", "call [phone 1]"),
        ("call 0044 (20) 7946-0958", "call [phone 1]"),
        ("Tel: 030 1234567", "Tel: [phone 1]"),
        ("phone 020 7946 0958 today", "phone [phone 1] today"),
        ("+49301234567", "[phone 1]"),
    ],
)
def test_contacts_are_masked(text, expected):
    assert masked_text(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "22551 24 1.65",
        "0012345 24 £2",
        "item 5012345678900",
        "GB33BUKB20201555555556 has wrong check digits",
        "+5 of the mug at 1.65",
        "PO-71033 of 2010-11-23",
        "tel 5",
    ],
)
def test_what_may_be_an_amount_or_code_is_left_alone(text):
    assert masked_text(text) == text


@given(st.text(max_size=100))
def test_masking_can_be_undone(text):
    if "[" in text:
        return
    masked = mask(text)
    assert unmask(masked.text, masked.plain_by_mark) == text
