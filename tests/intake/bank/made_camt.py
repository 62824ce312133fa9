"""camt messages put together for tests, element by element as ISO 20022 camt.053/.054 define them."""

V2 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
V8 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
N8 = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
IBAN = "DE89370400440532013000"


def balance(code: str, amount: str, mark: str = "CRDT", currency: str = "EUR") -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>2026-02-02</Dt></Dt></Bal>"
    )


def entry(
    amount: str,
    *,
    mark: str = "CRDT",
    ref: str | None = "REF-1",
    status: str = "<Sts><Cd>BOOK</Cd></Sts>",
    day: str = "2026-02-02",
    currency: str = "EUR",
    inner: str = "",
    before: str = "",
) -> str:
    servicer = f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{before}{status}'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>{servicer}"
        f"<BkTxCd><Prtry><Cd>NTRF+166</Cd></Prtry></BkTxCd>{inner}</Ntry>"
    )


def transaction(inner: str = "", *, e2e: str = "NOTPROVIDED") -> str:
    return f"<TxDtls><Refs><EndToEndId>{e2e}</EndToEndId></Refs>{inner}</TxDtls>"


def details(*transactions: str) -> str:
    return f"<NtryDtls>{''.join(transactions)}</NtryDtls>"


def statement(*entries: str, balances: str = "", namespace: str = V8, account: str = IBAN) -> str:
    part, root = ("Ntfctn", "BkToCstmrDbtCdtNtfctn") if "054" in namespace else ("Stmt", "BkToCstmrStmt")
    owner = f"<Acct><Id><IBAN>{account}</IBAN></Id></Acct>" if account else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}"><{root}><GrpHdr>'
        "<MsgId>M</MsgId>"
        f"<CreDtTm>2026-02-03T06:00:00</CreDtTm></GrpHdr><{part}><Id>S-7</Id>{owner}{balances}\n"
        + "\n".join(entries)
        + f"\n</{part}></{root}></Document>"
    )
