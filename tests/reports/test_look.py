"""How documents look: three designs, a colour that can be read, templates of one's own that fail whole."""

from typing import get_args

import pytest

from fakturo.errors import BadSetting, RenderError
from fakturo.invoice import content
from fakturo.ledger.issuing import documents as shelf
from fakturo.order import OrderLine
from fakturo.setting_groups.render import Design
from fakturo.settings import load
from reports.accent import contrast_with_white, readable
from reports.look import Logo, Look, read_look
from reports.pdf import make
from reports.pool import Job, RenderPool
from reports.render import html
from reports.style import style
from reports.template import FOLDER
from reports.write import render_again, write_pending

DESIGNS = get_args(Design)
OWN = (
    "<title>{{ title }}</title><h1>Bill {{ invoice.number }}</h1><p>{{ say.money(invoice.total_minor) }}</p>"
)


@pytest.fixture
def own(settings):
    """Put a file into the folder of one's own templates and read the look."""

    def put(name, text):
        settings.templates.mkdir(parents=True, exist_ok=True)
        (settings.templates / name).write_text(text)
        return read_look(settings)

    return put


@pytest.mark.parametrize(
    ("colour", "ratio"), [("#ffffff", 1.0), ("#000000", 21.0), ("#777777", 4.48), ("#0b4f5c", 9.18)]
)
def test_contrast_is_that_of_wcag(colour, ratio):
    """1 and 21 end the scale, 4.48 is the well-known near miss of #777; 9.18 = 1.05 / (.0644 + .05)."""
    assert contrast_with_white(colour) == pytest.approx(ratio, abs=0.01)


def test_a_colour_that_cannot_be_read_is_darkened_and_others_stay():
    assert readable("#0b4f5c") == "#0b4f5c"
    for pale in ("#ff9900", "#ffff00", "#ffffff", "#777777"):
        darker = readable(pale)
        assert darker != pale
        assert 4.5 <= contrast_with_white(darker) < 4.8


@pytest.mark.parametrize("name", ["red", "#12", "#12345g", "0b4f5c", "#0b4f5c;}"])
def test_a_colour_that_is_none_is_refused(name):
    with pytest.raises(BadSetting, match="FAKTURO_RENDER_ACCENT"):
        load(render={"accent": name})


def test_a_design_that_is_none_is_refused():
    with pytest.raises(BadSetting, match="FAKTURO_RENDER_DESIGN"):
        load(render={"design": "baroque"})


@pytest.mark.parametrize("design", DESIGNS)
def test_every_design_says_the_same_on_one_page(make_invoice, text_of, design):
    invoice = make_invoice()
    document = make(invoice, Look(design=design))
    assert document.pages == 1
    assert document == make(invoice, Look(design=design))
    words = sorted("\n".join(text_of(document.data, "-raw")).split())
    assert words == sorted("\n".join(text_of(make(invoice).data, "-raw")).split())


def test_colour_is_in_classic_and_modern_and_not_in_plain():
    for design in DESIGNS:
        text = style(design, "#aa0022")
        assert ("#aa0022" in text) is (design != "plain")
        assert "var(" not in text


def test_plain_sets_more_lines_on_a_page(make_invoice):
    invoice = make_invoice(lines=90)
    assert [make(invoice, Look(design=each)).pages for each in ("classic", "plain")] == [4, 2]


def test_a_logo_stands_in_every_design(make_invoice):
    logo = Logo(b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"/>', "image/svg+xml")
    for design in DESIGNS:
        assert make(make_invoice(), Look(logo, design)).pages == 1


def test_a_design_changes_no_document_that_is_written(issued, settings, now, here):
    (first, *_) = shelf.unrendered(issued, limit=1)
    write_pending(issued, settings, now=now, pool=here)
    file = settings.documents / shelf.find(issued, first.number).path
    before = file.read_bytes()
    later = settings.model_copy(update={"render": settings.render.model_copy(update={"design": "modern"})})
    assert write_pending(issued, later, now=now, pool=here).written == 0
    assert file.read_bytes() == before
    with pytest.raises(RenderError, match=r"logo, design, colour, template, a font .* has changed since\."):
        render_again(issued, later, first.number, first.content)


def test_a_template_of_ones_own_takes_the_place_of_ours(make_invoice, own, text_of):
    look = own("invoice.html.j2", OWN)
    (page,) = text_of(make(make_invoice(), look).data)
    assert page.split() == ["Bill", "INV-2026-000042", "£36.00"]


def test_a_copy_of_our_template_is_the_same_page_in_the_sandbox(make_invoice, own):
    look = own("invoice.html.j2", (FOLDER / "invoice.html.j2").read_text())
    assert html(make_invoice(), look) == html(make_invoice())


def test_what_the_data_say_is_text_in_it_too(make_invoice, own):
    look = own("invoice.html.j2", OWN + "{{ invoice.lines[0].name }}")
    nasty = OrderLine(no=1, name="<script>{{ 7 * 7 }}</script>", quantity=6, unit_price=6)
    assert "&lt;script&gt;{{ 7 * 7 }}" in html(make_invoice(lines=(nasty,)), look)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\n\n{% if %}", r"invoice\.html\.j2, line 3: Expected an expression.*Correct it, or move the file"),
        ("{{ invoice.number }", r"invoice\.html\.j2, line 1: unexpected '}'"),
    ],
)
def test_a_template_that_cannot_be_read_stops_the_round_with_its_line(
    issued, settings, now, here, own, text, sentence
):
    with pytest.raises(RenderError, match=sentence):
        own("invoice.html.j2", text)
    with pytest.raises(RenderError, match=sentence):
        write_pending(issued, settings, now=now)
    assert shelf.count_unrendered(issued) == 3
    assert not list(settings.documents.rglob("*.pdf"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (OWN + "\n{{ invoice.nothing }}", r"line 2: .*has no attribute 'nothing'"),
        (OWN + "\n\n{{ 1 / 0 }}", "line 3: division by zero"),
        (OWN + "\n{{ ''.__class__.__mro__ }}", "line 2: access to attribute '__class__' .* is unsafe"),
        (OWN + "\n{% set _ = meta.append(1) %}", "line 2: .*has no attribute 'append'"),
        (OWN + "\n{{ invoice.parse_file('/etc/hostname') }}", "line 2: access to attribute 'parse_file'"),
        (OWN + "\n{{ invoice.seller.model_construct() }}", "line 2: access to attribute 'model_construct'"),
        (OWN + "\n{% include '/etc/passwd' %}", "line 2: .*etc/passwd"),
        (OWN + "\n{% for n in range(9999999) %}{% endfor %}", "line 2: Range too big"),
        ("<h1>Bill</h1>", r"does not print the number \(INV-2026-000042\)"),
        ("{{ invoice.number }}", r"does not print the total \(£36.00\)"),
        (OWN + "<img src='file:///etc/hostname' alt=''>", "asks for file:///etc/hostname"),
        (OWN + "<img src='https://example.com/x.png' alt=''>", "asks for https://example.com/x.png"),
    ],
)
def test_a_template_that_fails_makes_no_document_and_says_where(make_invoice, own, text, sentence):
    with pytest.raises(RenderError, match=sentence):
        make(make_invoice(), own("invoice.html.j2", text))


def test_a_style_sheet_of_ones_own_comes_after_ours(make_invoice, own):
    look = own("invoice.css", "h1 { font-size: 80pt; margin-bottom: 200mm }")
    assert make(make_invoice(), look).pages > make(make_invoice()).pages


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("h1 {\n colour: red }", r"invoice\.css: .*colour.*line 2.*Correct it"),
        ("h1 { color: red", None),
        ("@import url(https://example.com/x.css);", r"invoice\.css: .*example\.com"),
    ],
)
def test_an_error_in_a_style_sheet_is_told(make_invoice, own, text, sentence):
    look = own("invoice.css", text)
    if sentence is None:
        assert make(make_invoice(), look).pages == 1
    else:
        with pytest.raises(RenderError, match=sentence):
            make(make_invoice(), look)


def test_a_wrong_style_sheet_stops_the_round_before_the_first_document(make_invoice, own):
    look = own("invoice.css", "h1 { colour: red }")
    job = Job(1, "A", content(make_invoice()))
    with RenderPool(1, look) as pool, pytest.raises(RenderError, match=r"invoice\.css: "):
        list(pool.render([job]))


def test_a_file_that_is_no_text_is_told(settings):
    settings.templates.mkdir(parents=True)
    (settings.templates / "invoice.css").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RenderError, match=r"invoice\.css cannot be read: it is not UTF-8"):
        read_look(settings)
