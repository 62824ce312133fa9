"""What a person sees of orders in review, and what the commands do; by scripts and on a terminal."""

import json
import os
import pty
import select as ready
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from fakturo.cli.terminal import screen
from fakturo.cli.terminal.plain import clean, waited
from fakturo.errors import BadInput, NotAllowed
from fakturo.finding import Finding
from fakturo.ledger.issuing.chunk import issue_chunk
from fakturo.ledger.open import reading, writing
from fakturo.ledger.orders import queue as work
from fakturo.ledger.orders.drafts import save_draft
from fakturo.ledger.tables import ai_answers, ai_calls, audit, drafts, findings, orders
from fakturo.order import Order, content, identity
from fakturo.seller import Seller

FAKTURO = Path(sys.executable).parent / "fakturo"
LETTER = """Dear Sir,
please send 7 x 85123A Lantern at 2.55 and 1 x 22423 Cake stand at 14.70 to account C-1.\x1b[2J [/bold]
"""


@pytest.fixture
def put(sqlite_engine, now):
    def put(order=None, **changes):
        row = {
            "source": "desk",
            "external_id": order.external_id if order else None,
            "content_sha256": identity(order) if order else "0" * 64,
            "lane": "rules" if order else "model",
            "status": "queued",
            "customer_id": order.customer.id if order else None,
            "po_number": order.po_number if order else None,
            "content": content(order) if order else None,
            "received_at": now,
            "updated_at": now,
        }
        with writing(sqlite_engine) as connection:
            return connection.execute(insert(orders).values(**row | changes)).inserted_primary_key[0]

    return put


@pytest.fixture
def issue(sqlite_engine, now):
    def issue():
        claimed = work.claim(sqlite_engine, lane="rules", worker="w", limit=99, now=now, lease_s=60)
        issue_chunk(sqlite_engine, claimed, seller=Seller(), now=now, worker="w")

    return issue


@pytest.fixture
def letter(sqlite_engine, order, put, now):
    """A letter whose draft has another quantity."""
    order_id = put(external_id="A-1", raw=LETTER, source="email")
    work.claim(sqlite_engine, lane="model", worker="w", limit=1, now=now, lease_s=60)
    doubt = Finding(code="quantity_wrong", message="Quantity 6 is not the text's '7'.", place="line 1")
    save_draft(
        sqlite_engine, order_id, order, drafter="model", findings=[doubt], now=now, worker="w", model="m"
    )
    return order_id


@pytest.fixture
def odd(order, put, issue):
    """Two orders that state another total."""
    ids = [
        put(order.model_copy(update={"external_id": name, "stated_total": Decimal(99)}))
        for name in ("B-1", "B-2")
    ]
    issue()
    return ids


def status(engine, order_id):
    with reading(engine) as connection:
        return connection.execute(select(orders.c.status).where(orders.c.id == order_id)).scalar_one()


def drafted(engine):
    with reading(engine) as connection:
        newest = select(drafts.c.content).order_by(drafts.c.id.desc()).limit(1)
        return Order.model_validate_json(connection.execute(newest).scalar_one())


def test_an_empty_desk_says_so(run):
    assert run("review", "list").output == "Nothing waits for a person.\n"
    assert run("review", "list", "--json").output == ""


def test_the_list_names_amount_doubt_and_the_next_command(run, letter, odd):
    lines = run("review", "list").output.splitlines()
    assert lines[0].split() == ["In", "review", "(3)"]
    assert lines[2].split()[:5] == [str(letter), "A-1", "email", "36.00", "GBP"]
    assert "quantity_wrong" in lines[2]
    assert lines[-1].endswith(f"fakturo review show {letter}")
    narrowed = run("review", "list", "--code", "stated_amount_differs", "--customer", "C-1").output
    assert "B-1" in narrowed
    assert "A-1" not in narrowed


def test_the_list_is_json_for_programs(run, letter, now):
    told = json.loads(run("review", "list", "--json").output)
    assert told == {
        "id": letter,
        "order": "A-1",
        "source": "email",
        "customer": None,
        "total_minor": 3600,
        "currency": "GBP",
        "since": now.isoformat(),
        "findings": ["quantity_wrong"],
        "why": "Quantity 6 is not the text's '7'.",
    }


def test_a_case_shows_source_draft_and_each_doubt_at_its_place(run, letter):
    lines = run("review", "show", "A-1").output.splitlines()
    text = "\n".join(lines)
    assert lines[0].startswith(f"Order A-1 (id {letter}, from email): needs review, waits ")
    assert "account C-1.\N{REPLACEMENT CHARACTER}[2J [/bold]" in text
    assert "In the source and not in the draft: 7 x, 2J" in text
    lantern = next(place for place, line in enumerate(lines) if "Lantern" in line and "15.30 GBP" in line)
    assert lines[lantern].split() == ["1", "85123A", "Lantern", "6", "2.55", "15.30", "GBP", "S", "20", "%"]
    assert lines[lantern + 1].strip() == "! Quantity 6 is not the text's '7'. (quantity_wrong)"
    assert lines[lantern + 2].split()[-6:] == ["14.70", "14.70", "GBP", "S", "20", "%"]
    assert ["total", "36.00", "GBP"] in [line.split() for line in lines]
    assert f"  fakturo review approve {letter}" in lines


def test_what_would_speak_against_it_at_issue_is_shown_before(run, sqlite_engine, letter, order):
    text = content(order.model_copy(update={"stated_total": Decimal(99)}))
    with writing(sqlite_engine) as connection:
        connection.execute(update(drafts).values(content=text))
    out = run("review", "show", "A-1").output
    assert "! If issued now: The order states a total of 99 GBP" in out
    assert f"fakturo review approve {letter} --overrule stated_amount_differs" in out


def test_where_approving_does_not_help_the_screen_says_what_does(run, order, put, issue):
    taxed = order.lines[0].model_copy(update={"tax_rate": Decimal(0)})
    order_id = put(order.model_copy(update={"lines": (taxed,)}))
    issue()
    out = run("review", "show", str(order_id)).output
    assert f"# Approving does not help. Correct the tax with `fakturo review edit {order_id}`." in out
    assert "No total: its tax is not settled." in out
    assert isinstance(run("review", "approve", str(order_id)).exception, SystemExit)


def test_several_are_approved_at_once_and_failures_are_told(run, sqlite_engine, letter, odd):
    result = run("review", "approve", "A-1", "nope", "B-1", "--note", "phoned")
    assert result.exit_code == 1
    assert "Order A-1 is approved and queued to be issued; overruled: quantity_wrong." in result.stdout
    assert "Order B-1 is approved" in result.stdout
    assert "No order nope" in result.stderr
    assert status(sqlite_engine, letter) == "queued"
    again = run("review", "approve", "A-1")
    assert (again.exit_code, "nothing changed" in again.stdout) == (0, True)


def test_all_of_one_doubt_are_approved_after_a_yes(run, sqlite_engine, letter, odd):
    refused = run("review", "approve", "--code", "stated_amount_differs", "--all")
    assert isinstance(refused.exception, NotAllowed)
    assert str(refused.exception) == (
        "Approve 2 orders, 72.00 GBP, whose only doubt is stated_amount_differs? "
        "There is nobody to answer; add --yes. Nothing was approved."
    )
    with writing(sqlite_engine) as connection:  # one of them has another doubt too
        row = {"order_id": odd[1], "stage": "issue", "code": "line_amount_differs", "message": "x"}
        at = select(orders.c.updated_at).where(orders.c.id == odd[1]).scalar_subquery()
        connection.execute(insert(findings).values(**row, created_at=at))
    result = run("review", "approve", "--code", "stated_amount_differs", "--all", "--yes")
    assert result.exit_code == 0
    assert "1 more have other doubts too and stay." in result.stdout
    assert [status(sqlite_engine, each) for each in odd] == ["queued", "needs_review"]
    none = run("review", "approve", "--code", "nothing_such", "--all", "--yes")
    assert none.stdout == "No order waits for nothing_such alone.\n"


@pytest.mark.parametrize(
    "words", [("approve",), ("approve", "--all"), ("approve", "1", "--code", "x", "--all")]
)
def test_approve_needs_orders_or_a_code(run, words):
    assert "Name the orders, or give --code CODE and --all" in str(run("review", *words).exception)


def test_an_edit_by_set_shows_the_totals_and_is_saved(run, sqlite_engine, letter):
    result = run("review", "edit", "A-1", "--set", "lines.1.quantity=7", "--set", "po_number=PO-9")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2 lines for C-1: net 32.55 GBP, tax 6.51 GBP, total 39.06 GBP.",
        "Order A-1 is corrected and queued to be issued; overruled: quantity_wrong.",
    ]
    saved = drafted(sqlite_engine)
    assert (saved.lines[0].quantity, saved.lines[0].unit_price, saved.po_number) == (
        7,
        Decimal("2.55"),
        "PO-9",
    )


def test_an_edit_takes_a_line_out_or_adds_one(run, sqlite_engine, letter):
    changes = ("lines.3.name=Ribbon", "lines.3.quantity=2.5", "lines.3.unit_price=1.10", "lines.1=")
    result = run("review", "edit", "A-1", *(word for each in changes for word in ("--set", each)))
    assert result.exit_code == 0
    assert [(each.no, each.name, each.quantity) for each in drafted(sqlite_engine).lines] == [
        (1, "Cake stand", 1),
        (2, "Ribbon", Decimal("2.5")),
    ]


def test_a_draft_goes_out_as_yaml_and_comes_back_from_a_file_or_standard_input(
    run, sqlite_engine, letter, order, tmp_path
):
    text = run("review", "show", "A-1", "--yaml").output
    assert "    quantity: 6\n" in text
    file = tmp_path / "corrected.yaml"
    file.write_text(text.replace("quantity: 6", "quantity: 7"))
    assert run("review", "edit", "A-1", "--file", str(file)).exit_code == 0
    assert drafted(sqlite_engine).lines[0].quantity == 7
    told = run("review", "edit", "A-1", "--file", "-", stdin=content(drafted(sqlite_engine)))
    assert "nothing changed" in told.stdout


def test_an_edit_with_a_doubt_left_is_refused_until_it_is_overruled(run, sqlite_engine, odd):
    change = ("review", "edit", "B-1", "--set", "po_number=PO-9")
    refused = run(*change)
    assert isinstance(refused.exception, NotAllowed)
    assert "add --overrule stated_amount_differs." in str(refused.exception)
    assert run(*change, "--overrule", "stated_amount_differs").exit_code == 0
    assert status(sqlite_engine, odd[0]) == "queued"


def test_every_mistake_of_an_edit_is_one_sentence(run, letter):
    changes = (
        "currency=pounds",
        "lines.1.quantity=none",
        "lines.2.unit_price=-1",
        "customer.id=",
        "lines.1.colour=red",
    )
    result = run("review", "edit", "A-1", *(word for each in changes for word in ("--set", each)))
    assert isinstance(result.exception, BadInput)
    assert str(result.exception).splitlines() == [
        "customer.id is missing.",
        "currency is 'pounds': write three capital letters such as EUR.",
        "lines.1.quantity is 'none': input should be a valid decimal.",
        "lines.1.colour is no field of an order.",
        "lines.2.unit_price is '-1': input should be greater than or equal to 0.",
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("quantity", "'quantity' is no change; write place=value"),
        ("lines.4.name=x", "there are 2 of them; write 1 to 3"),
        ("currency.id=x", "currency.id: currency has no fields."),
        ("lines.1=x", "lines.1 needs a field after it, such as lines.1.quantity=6."),
        ("external_id=A-9", "it cannot change"),
    ],
)
def test_a_change_that_fits_nowhere_is_refused(run, letter, change, sentence):
    assert sentence in str(run("review", "edit", "A-1", "--set", change).exception)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "Line 1 is not YAML"),
        ("just words", "The text is no order"),
        ("currency: EUR\ncurrency: GBP\n", "Line 2 is not YAML: currency is written twice."),
        ('{"lines": ', "The text is neither YAML nor JSON"),
    ],
)
def test_a_file_that_is_no_order_is_refused(run, letter, text, sentence):
    assert sentence in str(run("review", "edit", "A-1", "--file", "-", stdin=text).exception)


def test_without_a_terminal_there_is_no_editor(run, letter):
    assert "give --set place=value or --file FILE" in str(run("review", "edit", "A-1").exception)


def test_what_nobody_could_read_starts_from_the_models_words(run, sqlite_engine, put, now):
    order_id = put(external_id="mail-1", raw="two lanterns at 3", status="needs_review")
    call = {
        "order_id": order_id,
        "endpoint": "e",
        "model": "m",
        "prompt_version": "1",
        "request_sha256": "a" * 64,
        "outcome": "ok",
        "duration_ms": 1,
        "started_at": now,
    }
    line = {"name": "lanterns", "quantity": "2", "unit_price": "3"}
    answer = json.dumps({"customer_id": None, "currency": "GBP", "lines": [line]})
    with writing(sqlite_engine) as connection:
        connection.execute(insert(ai_calls).values(**call))
        kept = {"request_sha256": "a" * 64, "answer": answer, "created_at": now}
        connection.execute(insert(ai_answers).values(**kept))
    assert "name: lanterns" in run("review", "show", "mail-1", "--yaml").output
    missing = run("review", "edit", "mail-1", "--set", "lines.1.unit=C62")
    assert str(missing.exception) == "customer.id is missing."
    assert run("review", "edit", "mail-1", "--set", "customer.id=C-1").exit_code == 0
    saved = drafted(sqlite_engine)
    assert (saved.customer.id, saved.ordered_on, saved.lines[0].quantity) == ("C-1", now.date(), 2)


def test_orders_are_rejected_with_a_reason_and_reopened(run, sqlite_engine, letter, odd):
    result = run("review", "reject", "A-1", "B-1", "--reason", "Spam.")
    assert result.exit_code == 0
    assert f"`fakturo review reopen {letter}` takes it back" in result.stdout
    assert status(sqlite_engine, letter) == "rejected"
    assert "Spam." in run("status", "A-1").output
    assert f"fakturo review reopen {letter}" in run("review", "show", "A-1").output
    assert run("review", "reopen", "A-1").exit_code == 0
    assert status(sqlite_engine, letter) == "needs_review"
    assert run("review", "reject", "A-1").exit_code == 2
    with reading(sqlite_engine) as connection:
        actors = set(
            connection.execute(select(audit.c.actor).where(audit.c.action == "order.rejected")).scalars()
        )
    assert actors == {__import__("getpass").getuser()}


def test_control_characters_and_hidden_marks_are_shown_as_such():
    assert clean("a\x1b[31mb\r\nc\td\u202ee\x07") == "a\ufffd[31mb\nc\td\ufffde\ufffd"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (7500, "2 h 5 min"), (7200, "2 h"), (356_400, "4 d 3 h")],
)
def test_spans_of_time_are_told_in_two_units(seconds, words):
    assert waited(timedelta(seconds=seconds)) == words


EDITOR = """
import pathlib, sys
file = pathlib.Path(sys.argv[1])
text = file.read_text()
if "#! " in text:
    file.write_text(text.replace("quantity: seven", "quantity: 7"))
else:
    file.write_text(text.replace("quantity: 6", "quantity: seven"))
"""


def on_terminal(words, answers, environment, cwd):
    """Run a command on a pseudo-terminal; each answer is typed when a question mark waits for it."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [FAKTURO, *words], stdin=follower, stdout=follower, stderr=follower, env=environment, cwd=cwd
    )
    os.close(follower)
    told = b""
    pending = list(answers)
    while ready.select([leader], [], [], 60)[0]:
        try:
            piece = os.read(leader, 4096)
        except OSError:  # Linux: the other end is closed
            break
        if not piece:
            break
        told += piece
        if pending and told.rstrip().endswith(b"]:"):
            os.write(leader, pending.pop(0).encode() + b"\n")
    os.close(leader)
    return process.wait(60), told.decode()


def test_an_editor_gets_the_text_back_until_it_is_right(settings, sqlite_engine, letter, tmp_path):
    script = tmp_path / "editor.py"
    script.write_text(EDITOR)
    environment = os.environ | {
        "FAKTURO_HOME": str(settings.home),
        "VISUAL": f"{sys.executable} {script}",
        "TERM": "dumb",
    }
    code, told = on_terminal(("review", "edit", "A-1"), ["y", "y"], environment, tmp_path)
    assert code == 0, told
    assert "lines.1.quantity is 'seven': input should be a valid decimal." in told
    assert "total 39.06 GBP." in told
    assert drafted(sqlite_engine).lines[0].quantity == 7


def test_who_leaves_the_editor_without_a_change_decides_nothing(settings, sqlite_engine, letter, tmp_path):
    environment = os.environ | {"FAKTURO_HOME": str(settings.home), "VISUAL": "true", "TERM": "dumb"}
    code, told = on_terminal(("review", "edit", "A-1"), [], environment, tmp_path)
    assert (code, status(sqlite_engine, letter)) == (1, "needs_review")
    assert "Nothing changed; order A-1 stays as it is." in told


def test_who_gives_up_finds_the_text_again(settings, sqlite_engine, letter, tmp_path):
    script = tmp_path / "editor.py"
    script.write_text(EDITOR)
    environment = os.environ | {
        "FAKTURO_HOME": str(settings.home),
        "VISUAL": f"{sys.executable} {script}",
        "TERM": "dumb",
        "TMPDIR": str(tmp_path),
    }
    code, told = on_terminal(("review", "edit", "A-1"), ["n"], environment, tmp_path)
    assert (code, status(sqlite_engine, letter)) == (1, "needs_review")
    (kept,) = tmp_path.glob("fakturo-order-*.yaml")
    assert "quantity: seven" in kept.read_text()
    assert "Nothing was saved; your text is kept in" in told


def test_a_narrow_list_keeps_what_cannot_be_looked_up(run, letter, monkeypatch):
    monkeypatch.setattr(screen.console, "width", 80)
    assert run("review", "list").output.splitlines()[1].split() == [
        *("id", "order", "amount", "waits", "findings")
    ]
    assert run("orders", "list").output.splitlines()[1].split() == ["id", "order", "state", "next", "why"]


@pytest.mark.parametrize(
    ("first_is", "commands"),
    [
        (
            "needs_review",
            [
                '  fakturo review reject 1 --reason "…"    # the other order of this number, then',
                "  fakturo review approve 2",
            ],
        ),
        (
            "issued",
            [
                (
                    "  fakturo review approve 2 --overrule conflict    "
                    "# only if both orders of this number are meant"
                )
            ],
        ),
        ("rejected", ["  fakturo review approve 2"]),
    ],
)
def test_of_two_orders_with_one_number_the_screen_names_the_way(run, order, put, first_is, commands):
    put(order, status=first_is)
    put(order.model_copy(update={"note": "2"}), status="needs_review", conflict_of=1)
    lines = run("review", "show", "2").output.splitlines()
    start = lines.index("What you can do") + 1
    assert lines[start : start + len(commands)] == commands
    assert "edit 2" in lines[start + len(commands)]


def test_a_file_order_shows_the_rows_that_were_quarantined(run, tmp_path):
    (tmp_path / "a.csv").write_text(
        "order_id;date;customer;sku;name;qty;price;currency\n"
        "A-1;2026-03-02;C-7;LN-104;Lantern;2;14,50;EUR\n"
        "A-1;2026-03-02;C-7;LN-105;Lamp;two;9,50;EUR\n"
    )
    run("ingest", "a.csv")
    out = run("review", "show", "A-1").output
    assert "From a.csv, line 2." in out
    assert "Quarantined line 3: quantity 'two' is not a number." in out
    assert "name: Lamp" in out
