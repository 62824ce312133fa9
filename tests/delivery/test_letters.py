"""Invoices by e-mail, over a real SMTP server on loopback."""

import asyncio
import ssl
import subprocess
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import select

from fakturo.delivery.deliver import deliver
from fakturo.ledger.delivery_tables import deliveries
from fakturo.ledger.open import writing

PDF = b"%PDF-1.7 the document"


@pytest.fixture
def state():
    def found(engine):
        query = select(deliveries.c.subject, deliveries.c.status, deliveries.c.last_status).order_by(
            deliveries.c.id
        )
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]

    return found


@pytest.fixture
def why():
    def said(engine):
        with engine.connect() as connection:
            return connection.execute(select(deliveries.c.last_error)).scalar_one()

    return said


def test_an_invoice_is_mailed_with_its_pdf(engine, post, serve, mailing, bill, go, state):
    bill(engine, "INV-2026-000001")
    go(engine, mailing(serve()))
    ((envelope, message, _),) = post.letters
    assert envelope.mail_from == "billing@seller.example"
    assert envelope.rcpt_tos == ["ann@buyer.example"]
    assert message["Subject"] == "Invoice INV-2026-000001 from Blue Door Ltd"
    assert message["From"] == "Blue Door Ltd <billing@seller.example>"
    assert message["To"] == "Ann Archer <ann@buyer.example>"
    assert message["Message-ID"] == f"<{message['Fakturo-Event-Id']}@seller.example>"
    text = message.get_body().get_content()
    assert "our invoice INV-2026-000001 over 1,234.50 EUR, due on 1 April 2026." in text
    assert "attached as a PDF" in text
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "INV-2026-000001.pdf"
    assert attached.get_content() == PDF
    assert state(engine) == [("INV-2026-000001", "delivered", 250)]


def test_a_letter_may_name_a_link_instead(sqlite_engine, post, serve, mailing, bill, go):
    bill(sqlite_engine, "INV-1", pdf=False)
    go(sqlite_engine, mailing(serve(), attach=False, link="https://portal.example/i/{number}"))
    ((_, message, _),) = post.letters
    assert "You find it here: https://portal.example/i/INV-1" in message.get_content()
    assert not message.is_multipart()


def test_it_speaks_the_invoices_language_and_says_what_it_is(sqlite_engine, post, serve, mailing, bill, go):
    bill(sqlite_engine, "INV-1", language="de")
    bill(sqlite_engine, "INV-2", language="de", kind="credit_note", currency="JPY")
    go(sqlite_engine, mailing(serve()))
    texts = {message["Subject"]: message.get_body().get_content() for _, message, _ in post.letters}
    assert "über 1.234,50 EUR, fällig am 1. April 2026." in texts["Rechnung INV-1 von Blue Door Ltd"]
    assert "unsere Gutschrift INV-2 über 123.450 JPY." in texts["Gutschrift INV-2 von Blue Door Ltd"]


def test_an_invoice_without_its_pdf_waits_and_holds_up_no_other(
    engine, post, serve, mailing, bill, go, state
):
    waiting = bill(engine, "INV-1", pdf=False)
    bill(engine, "INV-2")
    settings = mailing(serve())
    go(engine, settings)
    assert state(engine) == [("INV-1", "pending", None), ("INV-2", "delivered", 250)]
    bill.render(engine, waiting, "INV-1")
    go(engine, settings)
    assert [each[1] for each in state(engine)] == ["delivered", "delivered"]


def test_a_pdf_that_is_not_the_one_that_was_written_is_not_sent(
    sqlite_engine, post, serve, mailing, bill, go, why, settings
):
    bill(sqlite_engine, "INV-1")
    (settings.documents / "2026/INV-1.pdf").write_bytes(b"%PDF-1.7 changed")
    go(sqlite_engine, mailing(serve()))
    assert post.letters == []
    assert why(sqlite_engine).startswith("The document of INV-1 is not the one that was written")


@pytest.mark.parametrize("email", [None, "not an address", "ann@buyer.example\nBcc: eve@example.com", "@"])
def test_without_an_address_the_event_is_skipped(sqlite_engine, post, serve, mailing, bill, go, state, email):
    bill(sqlite_engine, "INV-1", email=email)
    go(sqlite_engine, mailing(serve()))
    assert state(sqlite_engine) == [("INV-1", "skipped", None)]
    assert post.letters == []


def test_a_line_break_in_a_name_makes_no_header(sqlite_engine, post, serve, mailing, bill, go):
    bill(
        sqlite_engine,
        "INV-1",
        buyer={"id": "C-1", "name": "Ann\r\nBcc: eve@example.com", "email": "ann@buyer.example"},
    )
    go(sqlite_engine, mailing(serve()))
    ((envelope, message, _),) = post.letters
    assert message["Bcc"] is None
    assert envelope.rcpt_tos == ["ann@buyer.example"]


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("550 5.1.1 <ann@buyer.example> unknown", ("INV-1", "gave_up", 550)),
        ("451 4.7.1 greylisted, try later", ("INV-1", "pending", 451)),
    ],
)
def test_a_refusal_for_good_ends_it_one_for_now_does_not(
    sqlite_engine, post, serve, mailing, bill, go, state, why, answer, wanted
):
    post.no["ann@buyer.example"] = answer
    bill(sqlite_engine, "INV-1")
    go(sqlite_engine, mailing(serve()))
    assert state(sqlite_engine) == [wanted]
    assert "ann@" not in why(sqlite_engine), "an address is personal"


def test_a_mail_server_that_is_down_is_tried_again(
    engine, post, serve, mailing, bill, go_on, state, clock, now
):
    bill(engine, "INV-1")
    port = serve()
    post.no["ann@buyer.example"] = "421 closing"
    settings = mailing(port)
    go_on(engine, settings, until=now + timedelta(hours=1))
    assert state(engine) == [("INV-1", "pending", 421)]
    post.no.clear()
    go_on(engine, settings)
    assert [each[1] for each in state(engine)] == ["delivered"]
    assert len(post.letters) == 1


def test_where_no_mail_server_listens_it_is_said(sqlite_engine, mailing, bill, go, why, state):
    bill(sqlite_engine, "INV-1")
    go(sqlite_engine, mailing(9))
    assert state(sqlite_engine) == [("INV-1", "pending", None)]
    assert why(sqlite_engine).startswith("It cannot be reached: ")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) of 127.0.0.1, signed by itself."""
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "cert.pem", folder / "key.pem"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, *names, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


@pytest.fixture
def secured(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def test_it_logs_in_over_starttls(sqlite_engine, post, serve, mailing, bill, go, state, certificate, secured):
    def known(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"me", b"s3cret"), handled=False)

    port = serve(tls_context=secured, require_starttls=True, authenticator=known, auth_required=True)
    login = {"tls": "starttls", "ca_file": certificate[0], "user": "me"}
    bill(sqlite_engine, "INV-1")
    go(sqlite_engine, mailing(port, **login, password="wrong"))
    assert state(sqlite_engine) == [("INV-1", "pending", 535)]
    with writing(sqlite_engine) as connection:
        connection.execute(deliveries.update().values(not_before=None))
    go(sqlite_engine, mailing(port, **login, password="s3cret"))
    ((_, _, session),) = post.letters
    assert session.ssl is not None
    assert session.authenticated


def test_a_certificate_of_a_stranger_is_not_trusted(
    sqlite_engine, post, serve, mailing, bill, go, why, secured
):
    bill(sqlite_engine, "INV-1")
    go(sqlite_engine, mailing(serve(tls_context=secured), tls="starttls"))
    assert post.letters == []
    assert "certificate verify failed" in why(sqlite_engine).lower()


def test_a_server_without_starttls_gets_no_letter(sqlite_engine, post, serve, mailing, bill, go, state):
    bill(sqlite_engine, "INV-1")
    go(sqlite_engine, mailing(serve(), tls="starttls"))
    assert post.letters == []
    assert state(sqlite_engine)[0][1] == "pending"


def test_a_mail_server_that_hangs_is_given_up_on_in_time(sqlite_engine, mailing, bill, why, clock):
    """It accepts the connection and never says a word."""
    bill(sqlite_engine, "INV-1")

    async def silent():
        over, closed = asyncio.Event(), asyncio.Event()

        async def mute(_reader, writer):
            await over.wait()
            writer.close()
            closed.set()

        async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await deliver(sqlite_engine, mailing(port, timeout_s=0.3), worker="w", clock=clock)
            over.set()
            await closed.wait()

    asyncio.run(silent())
    assert why(sqlite_engine) == "No answer within 0.3 s."
