"""Settings: environment over file, and one sentence for each wrong value."""

import pytest

from fakturo.errors import BadSetting
from fakturo.settings import Seller, load


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    file = tmp_path / "fakturo.toml"
    file.write_text('[ai]\nrpm = 100\nmodel = "of-file"\n[seller]\nname = "Blue Door Ltd"\n')
    monkeypatch.setenv("FAKTURO_CONFIG", str(file))
    monkeypatch.setenv("FAKTURO_AI_RPM", "600")
    loaded = load()
    assert (loaded.ai.rpm, loaded.ai.model, loaded.seller.name) == (600, "of-file", "Blue Door Ltd")
    assert not loaded.seller.is_sample


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        (
            "FAKTURO_AI_RPM",
            "-3",
            "FAKTURO_AI_RPM (rpm under [ai] in fakturo.toml) is '-3', which is not allowed: ",
        ),
        ("FAKTURO_SELLER_IBAN", "GB00X", "an IBAN whose check digits are right"),
        ("FAKTURO_SELLER_CURRENCY", "EURO", "three letters such as EUR"),
        ("FAKTURO_SELLER_TIMEZONE", "Mars/Base", "an IANA time zone such as Europe/Berlin"),
        ("FAKTURO_SELLER_LANGUAGE", "fr", "'fr', which is not allowed"),
    ],
)
def test_a_wrong_value_is_one_sentence_with_name_value_and_what_is_allowed(
    monkeypatch, variable, value, sentence
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSetting) as caught:
        load()
    assert variable in str(caught.value)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_setting_is_named(monkeypatch, tmp_path):
    file = tmp_path / "fakturo.toml"
    file.write_text("[ai]\nrmp = 100\n")
    monkeypatch.setenv("FAKTURO_CONFIG", str(file))
    with pytest.raises(BadSetting, match=r"FAKTURO_AI_RMP .* is not a setting"):
        load()


def test_a_file_that_does_not_parse_is_one_sentence(monkeypatch, tmp_path):
    file = tmp_path / "fakturo.toml"
    file.write_text("[ai\n")
    monkeypatch.setenv("FAKTURO_CONFIG", str(file))
    with pytest.raises(BadSetting, match="cannot be read"):
        load()


def test_a_secret_is_not_shown_when_it_is_wrong(monkeypatch):
    monkeypatch.setenv("FAKTURO_AI_API_KEY", "s3cret")
    assert "s3cret" not in repr(load())


def test_postgresql_urls_get_their_driver(monkeypatch):
    monkeypatch.setenv("FAKTURO_LEDGER_URL", "postgresql://u:p@h/d")
    assert load().ledger_url == "postgresql+psycopg://u:p@h/d"


def test_an_empty_iban_is_none():
    assert Seller(iban=" ").iban is None


def test_a_group_that_is_wrong_as_a_whole_shows_none_of_its_keys(monkeypatch):
    monkeypatch.setenv("FAKTURO_AI_BASE_URL", "https://api.example.com/v1")
    monkeypatch.setenv("FAKTURO_AI_API_KEY", "s3cret-1")
    monkeypatch.setenv("FAKTURO_AI_MAX_COST_PER_DAY", "5")
    monkeypatch.setenv("FAKTURO_AI_FALLBACKS", '[{"base_url": "http://127.0.0.1/v1", "api_key": "s3cret-2"}]')
    with pytest.raises(BadSetting) as refused:
        load(_env_file=None)
    assert str(refused.value) == "FAKTURO_AI: a cost cap needs price_in and price_out of every provider."


def test_a_fallback_needs_a_first_choice():
    fallback = {"base_url": "http://127.0.0.1/v1"}
    with pytest.raises(BadSetting, match="a base_url for the first choice and for every fallback"):
        load(_env_file=None, ai={"fallbacks": [fallback]})


def test_a_key_may_lie_in_a_file(tmp_path):
    file = tmp_path / "key"
    file.write_text("s3cret\n")
    ai = load(_env_file=None, ai={"base_url": "http://127.0.0.1/v1", "api_key_file": file}).ai
    assert ai.key.get_secret_value() == "s3cret"
    file.unlink()
    with pytest.raises(BadSetting, match="FAKTURO_AI_API_KEY_FILE"):
        _ = ai.key
