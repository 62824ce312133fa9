"""E-mails: text before HTML, attachments seen, hostile MIME survived."""

from email.message import EmailMessage

import pytest

from fakturo.intake.letters import mail

ORDER = "Hello,\n\n- 2 x LANTERN (21217) @ £9.95\n\nAccount 14560.\n\nThanks\n"


def message(text=ORDER, html=None, subject="Order PO-69294", **headers):
    made = EmailMessage()
    made["From"] = "buyer@example.com"
    made["Subject"] = subject
    made["Date"] = "Fri, 27 Feb 2026 23:30:00 +0100"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    if text is not None:
        made.set_content(text)
    if html is not None:
        (made.set_content if text is None else made.add_alternative)(html, subtype="html")
    return made


def test_a_mail_whose_text_is_understood(take, rows):
    outcome = take("m.eml", message().as_bytes())

    assert (outcome.format, outcome.source, outcome.orders_new) == ("eml", "email", 1)
    (order,) = rows("orders")
    assert (order["lane"], order["external_id"], str(order["ordered_on"])) == (
        "rules",
        "14560/PO-69294",
        "2026-02-27",
    )
    assert order["raw"].startswith("Subject: Order PO-69294\n\nHello,")


def test_a_mail_in_prose_goes_to_the_model_under_its_message_id(take, rows):
    take("m.eml", message("Could we get two lanterns?", Message_ID="<abc@example.com>").as_bytes())

    (order,) = rows("orders")
    assert (order["lane"], order["external_id"], order["status"]) == ("model", "abc@example.com", "queued")


def test_a_subject_that_says_more_is_read_too(take, rows):
    take("m.eml", message(subject="Order PO-69294 - please cancel").as_bytes())

    assert rows("orders")[0]["lane"] == "model"


def test_a_mail_with_an_attachment_goes_to_a_person(take, rows):
    made = message()
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="terms.pdf")
    take("m.eml", made.as_bytes())

    assert (rows("orders")[0]["status"], rows("findings")[0]["code"]) == (
        "needs_review",
        "attachment_not_read",
    )
    assert "terms.pdf" in rows("orders")[0]["status_reason"]


def test_the_plain_part_is_read_before_the_html(take, rows):
    take("m.eml", message(html="<p>something else</p>").as_bytes())

    assert rows("orders")[0]["lane"] == "rules"


HTML = (
    "<html><head><style>p {{}}</style></head><body>"
    "<p>Hello,</p>{inside}<p>Account 14560.</p><p>Thanks</p></body></html>"
)


def test_an_html_mail_is_read_as_text(take, rows):
    inside = "<ul><li>- 2 x LANTERN (21217)&nbsp;@ &pound;9.95</li></ul>"
    take("m.eml", message(None, HTML.format(inside=inside)).as_bytes())

    assert rows("orders")[0]["external_id"] == "14560/PO-69294"


def test_an_html_table_is_a_table(take, rows):
    head, row = (
        "<tr><th>sku</th><th>qty</th><th>price</th></tr>",
        "<tr><td>21217</td><td>2</td><td>9.95</td></tr>",
    )
    inside = f"<table>{head}{row}</table>"
    take("m.eml", message(None, HTML.format(inside=inside)).as_bytes())

    assert rows("orders")[0]["lane"] == "rules"


@pytest.mark.parametrize(
    "line",
    [
        "<s>- 2 x LANTERN (21217) @ £9.95</s>",
        '<p style="display: none">- 2 x LANTERN (21217) @ £9.95</p>',
        '<p style="text-decoration:line-through">- 2 x LANTERN (21217) @ £9.95</p>',
        "<blockquote>- 2 x LANTERN (21217) @ £9.95</blockquote>",
        "<p>- 2 x LANTERN (21217) @ £9.95</p><img src='x'>",
    ],
    ids=["struck", "hidden", "struck by style", "quoted", "picture"],
)
def test_what_html_shows_differently_is_left_to_the_model(take, rows, line):
    take("m.eml", message(None, HTML.format(inside=line)).as_bytes())

    assert rows("orders")[0]["lane"] == "model"


def test_a_mail_without_text_is_refused(take):
    assert "holds no text" in take("m.eml", message(" ").as_bytes()).refused
    assert "holds no text" in take("n.eml", message(None, "  ").as_bytes()).refused


def test_a_mail_of_endless_parts_is_refused(take):
    made = message()
    for _ in range(mail.MOST_PARTS + 1):
        made.add_attachment("x")

    assert "parts, more than 200" in take("m.eml", made.as_bytes()).refused


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Type: text/plain; charset=klingon\n\nHello",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nHello there",
        b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!not base64!!!",
        b"Date: the day before\nSubject: =?utf-8?b?broken?=\n\nHello there",
        b"Content-Type: multipart/mixed; boundary=x\n\n"
        + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 500,
    ],
    ids=["unknown charset", "unfinished", "broken base64", "broken headers", "nested"],
)
def test_broken_mime_gives_one_outcome(take, body):
    outcome = take("m.eml", body)

    assert outcome.refused or outcome.orders_new == 1


def test_a_text_file_in_another_encoding(take, rows):
    take("m.txt", ORDER.replace("Hello", "PO-69294").replace(",\n", "\n").encode("cp1252"))

    assert "£9.95" in rows("orders")[0]["raw"]


def test_the_same_text_on_another_day_is_the_same_order(take, rows, now):
    from datetime import timedelta

    text = "PO: PO-69294\n\n" + ORDER
    take("one.txt", text)
    outcome = take("two.txt", text + "\n", now=now + timedelta(days=3))

    assert (outcome.orders_duplicate, len(rows("orders"))) == (1, 1)


def test_an_endless_text_goes_to_a_person_not_to_the_model(take, rows):
    take("m.txt", "word " * 50_000)

    assert (rows("orders")[0]["status"], rows("findings")[0]["code"]) == ("needs_review", "text_too_long")


def test_a_text_with_nul_bytes_is_refused(take):
    assert "NUL byte at position 301" in take("m.txt", b"a" * 300 + b"\x00").refused
