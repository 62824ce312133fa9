"""Settings: environment over file, and one sentence for each wrong value."""

import pytest

from fakturo.errors import BadSetting
from fakturo.seller import Seller
from fakturo.settings import load


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
        ("FAKTURO_SELLER_LANGUAGE", "pt", "'pt', which is not allowed"),
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


HOOK = {"name": "erp", "url": "https://erp.example.com/hooks", "secret": "s3cret-of-16-letters"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "email"}, "any other name: email is what e-mail is kept under"),
        ({"url": "ftp://erp.example.com"}, "an address such as https://example.com/hooks"),
        ({"url": "https://me:s3cret@erp.example.com"}, "an address such as https://example.com/hooks"),
        ({"secret": "s3cret"}, "secrets of at least 16 letters"),
        ({"secret": ""}, "a secret or a secret_file"),
        ({"secret": ["s3cret"]}, "secret in entry 1 of [[webhooks]]"),
        (
            {"events": ["invoice"]},
            "events in entry 1 of [[webhooks]] in fakturo.toml, or of FAKTURO_WEBHOOKS",
        ),
    ],
)
def test_a_wrong_webhook_is_named_and_its_secret_is_not_shown(change, sentence):
    with pytest.raises(BadSetting) as refused:
        load(_env_file=None, webhooks=[HOOK | change])
    assert sentence in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_each_webhook_has_a_name_of_its_own():
    with pytest.raises(BadSetting, match="another name for each webhook"):
        load(_env_file=None, webhooks=[HOOK, HOOK])


def test_webhooks_may_stand_in_the_environment(monkeypatch):
    monkeypatch.setenv(
        "FAKTURO_WEBHOOKS", f'[{{"name": "erp", "url": "http://erp/", "secret": "{"s" * 16}"}}]'
    )
    assert [(each.name, each.events) for each in load(_env_file=None).webhooks] == [("erp", ("*",))]


def test_secrets_of_a_webhook_may_lie_in_a_file_one_a_line(tmp_path):
    file = tmp_path / "secrets"
    file.write_text("new-secret-of-16-letters\nold-secret-of-16-letters\n")
    (hook,) = load(_env_file=None, webhooks=[HOOK | {"secret": "", "secret_file": file}]).webhooks
    assert hook.secrets == ("new-secret-of-16-letters", "old-secret-of-16-letters")
    for text in ("", "short"):
        file.write_text(text)
        with pytest.raises(BadSetting, match=r"secret_file of webhook erp is .* at least 16 letters"):
            _ = hook.secrets
    file.unlink()
    with pytest.raises(BadSetting, match=r"secret_file of webhook erp is .* cannot be read"):
        _ = hook.secrets


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sender": ""}, "FAKTURO_EMAIL: a sender"),
        ({"attach": False}, "attach = true, or a link"),
        (
            {"link": "https://portal.example.com/"},
            "a link such as https://portal.example.com/invoices/{number}",
        ),
        ({"user": "me", "tls": "none"}, "the password would travel in clear"),
        ({"sender": "Blue Door <a@b.c>"}, "FAKTURO_EMAIL_SENDER"),
    ],
)
def test_email_that_could_not_be_sent_is_refused_at_the_start(change, sentence):
    right = {"host": "mail.example.com", "sender": "billing@example.com", "password": "s3cret"}
    assert load(_env_file=None, email=right).email.secret == "s3cret"
    with pytest.raises(BadSetting) as refused:
        load(_env_file=None, email=right | change)
    assert sentence in str(refused.value)
    assert "s3cret" not in str(refused.value)
