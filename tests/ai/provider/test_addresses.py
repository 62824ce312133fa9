"""Where a provider is asked, and which header carries the key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from fakturo.ai.provider.addresses import completions_url, endpoint, key_headers
from fakturo.errors import BadSetting

KEY = "sk-very-secret"
AZURE = "https://x.openai.azure.com"


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1/chat/completions"),
        ("http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1/chat/completions"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
        ("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
        ("https://example.com/v1/chat/completions", "https://example.com/v1/chat/completions"),
        ("https://example.com/ai/chat/completions", "https://example.com/ai/chat/completions"),
        ("https://example.com/proxy", "https://example.com/proxy/v1/chat/completions"),
        ("https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1/chat/completions"),
        ("https://g.example.com/v1beta/openai/", "https://g.example.com/v1beta/openai/chat/completions"),
        (AZURE, AZURE + "/openai/v1/chat/completions"),
        (AZURE + "/openai/", AZURE + "/openai/v1/chat/completions"),
        (AZURE + "/openai/v1/", AZURE + "/openai/v1/chat/completions"),
        (
            AZURE + "/openai/deployments/mine?api-version=2024-10-21",
            AZURE + "/openai/deployments/mine/chat/completions?api-version=2024-10-21",
        ),
        (
            "https://x.services.ai.azure.com/models?api-version=1",
            "https://x.services.ai.azure.com/models/chat/completions?api-version=1",
        ),
        ("https://gateway.example.com/deployments/d", "https://gateway.example.com/deployments/d/chat/completions"),
    ],
)  # fmt: skip
def test_the_address_is_completed(base_url, expected):
    assert completions_url(base_url) == expected


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example.com/v1",
        "ftp://example.com",
        "http://",
        "http://[::1",
        "http://x:port",
        "http://a b",
        "//x",
    ],
)
def test_a_wrong_address_is_named(base_url):
    with pytest.raises(BadSetting, match=r"FAKTURO_AI_BASE_URL is .*no http"):
        completions_url(base_url)


def test_an_azure_deployment_needs_its_version():
    with pytest.raises(BadSetting, match="an Azure deployment without api-version"):
        completions_url(AZURE + "/openai/deployments/mine")


@given(st.text(max_size=30))
def test_no_text_breaks_the_address(text):
    try:
        url = completions_url(f"http://{text}")
    except BadSetting:
        return
    assert url.startswith("http://")
    assert endpoint(url).startswith("http://")


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://api.openai.com/v1/chat/completions", {"authorization": f"Bearer {KEY}"}),
        ("https://api.groq.com/openai/v1/chat/completions", {"authorization": f"Bearer {KEY}"}),
        ("https://x.azure.com.example.org/v1/chat/completions", {"authorization": f"Bearer {KEY}"}),
        (AZURE + "/openai/v1/chat/completions", {"api-key": KEY}),
        ("https://x.openai.azure.us/openai/v1/chat/completions", {"api-key": KEY}),
        ("https://x.azure-api.net/openai/v1/chat/completions", {"api-key": KEY}),
        ("https://ai.example.com/openai/deployments/d/chat/completions", {"api-key": KEY}),
    ],
)
def test_the_key_travels_in_the_header_of_its_provider(url, header):
    assert key_headers(url, SecretStr(KEY)) == header


def test_no_key_sends_no_header():
    assert key_headers("http://127.0.0.1:8000/v1", SecretStr("")) == {}


@pytest.mark.parametrize("key", ["sk-a\nb", "sk-a\r\nx: y", "sk-\u00e4", "sk\x00", "sk\x7f"])
def test_a_key_that_no_header_can_carry_is_a_wrong_setting(key):
    with pytest.raises(BadSetting, match="FAKTURO_AI_API_KEY") as wrong:
        key_headers("http://127.0.0.1:8000/v1", SecretStr(key))
    assert key not in str(wrong.value)
    assert "sk" not in str(wrong.value)


def test_the_endpoint_shows_neither_credentials_nor_query():
    assert endpoint("http://user:word@127.0.0.1:1/v1?key=x#y") == "http://127.0.0.1:1/v1"
    assert endpoint("http://[::1]:8/v1") == "http://[::1]:8/v1"
