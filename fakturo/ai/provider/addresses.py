"""Where a provider is asked, and under which header its key travels. Pure.

OpenAI, vLLM, Ollama and LM Studio take `Authorization: Bearer`; Azure takes `api-key` and has two addresses:
`/openai/deployments/NAME?api-version=...` and the newer `/openai/v1`.
Source: Azure OpenAI in Foundry Models, REST API reference and "API version lifecycle".
"""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from pydantic import SecretStr

from fakturo.errors import BadSetting

_CHAT = "/chat/completions"
_AZURE = re.compile(r"\.(?:azure\.(?:com|us|cn)|azure-api\.net)")
_WHOLE = re.compile(r"/(?:v\d+\w*|openai)")
"""Last part of an address that needs no `/v1`: `/v1`, `/v1beta`, `/v1beta/openai` (Gemini)."""


def completions_url(base_url: str) -> str:
    """Address of the chat endpoint; `base_url` ends in `/v1` or not, or is an Azure resource or deployment.

    Raises:
        BadSetting: no http(s) address, or an Azure deployment without api-version.
    """
    parts = _split(base_url)
    path = parts.path.rstrip("/")
    bare = path.removesuffix(_CHAT)
    is_whole = bare != path or "/deployments/" in bare or _WHOLE.fullmatch(bare[max(bare.rfind("/"), 0) :])
    if _is_azure(parts):
        if bare in {"", "/openai"}:
            bare = "/openai/v1"
        elif not is_whole and not bare.endswith("/models"):
            bare += "/v1"
        if "/deployments/" in bare and "api-version=" not in parts.query:
            raise BadSetting(
                f"FAKTURO_AI_BASE_URL is {_shown(parts)!r}, an Azure deployment without api-version; "
                "end it with ?api-version=2024-10-21 or later."
            )
    elif not is_whole:
        bare += "/v1"
    return urlunsplit((parts.scheme, parts.netloc, bare + _CHAT, parts.query, ""))


def endpoint(url: str) -> str:
    """The address without query and credentials."""
    return _shown(urlsplit(url))


def key_headers(url: str, key: SecretStr) -> dict[str, str]:
    """The header that carries the key; none where there is no key.

    Raises:
        BadSetting: the key cannot stand in a header.
    """
    if not key.get_secret_value():
        return {}
    if not (key.get_secret_value().isascii() and key.get_secret_value().isprintable()):
        raise BadSetting(
            f"FAKTURO_AI_API_KEY (or its file, or the api_key of a fallback) for {endpoint(url)} has a line "
            "break or a letter beyond ASCII, which no HTTP header can carry; set it as one plain line."
        )
    parts = urlsplit(url)
    if _is_azure(parts) or "/deployments/" in parts.path:
        return {"api-key": key.get_secret_value()}
    return {"authorization": f"Bearer {key.get_secret_value()}"}


def _split(base_url: str) -> SplitResult:
    try:
        parts = urlsplit(base_url.strip())
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        known = False
    if not known or not re.fullmatch(r"[^\s\\]+", base_url.strip()):
        raise BadSetting(
            f"FAKTURO_AI_BASE_URL is {base_url!r}, which is no http(s) address; "
            "write e.g. http://127.0.0.1:8000/v1."
        )
    return parts


def _is_azure(parts: SplitResult) -> bool:
    return bool(re.search(_AZURE.pattern + "$", parts.hostname or ""))


def _shown(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", ""))
