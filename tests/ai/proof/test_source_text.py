"""A letter is read as its sender meant it: markup gone, contacts masked, quotes apart."""

import pytest

from fakturo.ai.proof.sentences import ends_within, sentence_spans
from fakturo.ai.proof.source_text import read_source


def test_markup_and_entities_become_plain_text():
    source = read_source("<div>Salt &amp; pepper</div><p>&pound;1.65<br>each</p>")
    assert source.own.split() == ["Salt", "&", "pepper", "£1.65", "each"]


def test_a_comparison_sign_is_no_markup():
    assert read_source("5 < 6 & 7").own == "5 < 6 & 7"


def test_contacts_are_masked():
    assert read_source("jo@example.com +44 20 7946 0958").own == "[email 1] [phone 1]"


def test_the_head_of_a_mail_is_left_out_but_the_subject_stays():
    source = read_source(
        "From: jo@example.com\nDate: Mon, 22 Nov 2010 10:00:00 +0000\nSubject: PO-1\n\n5 mugs\nTo: you"
    )
    assert source.own == "Subject: PO-1\n\n5 mugs\nTo: you"


def test_quoted_lines_stand_apart():
    source = read_source("5 mugs\n> 6 mugs\nthanks")
    assert (source.own, source.quoted) == ("5 mugs\nthanks", "> 6 mugs")


def test_everything_after_an_original_message_is_quoted():
    source = read_source("5 mugs\n-----Original Message-----\n6 mugs\n7 mugs")
    assert (source.own, source.quoted) == ("5 mugs", "-----Original Message-----\n6 mugs\n7 mugs")


def test_struck_or_hidden_markup_is_noticed():
    assert found("<s>5</s> 6") == ["hidden_text"]
    assert found('<p style="display: none">5</p>') == ["hidden_text"]
    assert found("<p>5</p>") == []


def test_invisible_letters_and_full_width_digits_are_made_plain():
    assert read_source("1\u200b2 \uff13").own == "12 3"


def found(text):
    return [finding.code for finding in read_source(text).findings]


def sentences(text):
    return [text[start:end].strip() for start, end in sentence_spans(text)]


def test_an_abbreviation_ends_no_sentence():
    assert sentences("Send art. 5 and no. 6. Thanks!") == ["Send art. 5 and no. 6.", "Thanks!"]


def test_a_short_line_ends_a_sentence_and_a_wrapped_one_does_not():
    wrapped = "Please be so kind as to send us two dozen of the red mugs\nby Friday."
    assert sentences(wrapped) == [wrapped]
    assert sentences("Dear Jo\nthanks") == ["Dear Jo", "thanks"]
    assert len(sentences(wrapped.replace("\nby", "\n- by"))) == 2


def test_the_end_of_a_text_is_no_sentence_within_it():
    assert not ends_within("item no. 5\nQuantity 6.")
    assert ends_within("item 5. Quantity")


@pytest.mark.parametrize(
    ("text", "own", "quoted"),
    [
        ("5 mugs\n\nOn Mon, 1 Mar 2027, Bob wrote:\n> 6 mugs\n\nthanks", "5 mugs\n\n\nthanks", "6 mugs"),
        ("5 mugs\n\nOn Mon, 1 Mar 2027, Bob <b@example.com>\nwrote:\n6 mugs", "5 mugs", "6 mugs"),
        ("5 mugs\n\nAm 1. März 2027 schrieb Bob:\n> 6 mugs", "5 mugs", "6 mugs"),
        ("5 mugs\n\nFrom: Bob\nSent: Monday\nTo: Jane\nSubject: x\n\n6 mugs", "5 mugs", "6 mugs"),
        ("5 mugs\n\nVon: Bob\nGesendet: Montag\nAn: Jana\nBetreff: x\n\n6 mugs", "5 mugs", "6 mugs"),
        ("5 mugs\n________________\nFrom: Bob\nSent: Monday\nTo: Jane\n\n6 mugs", "5 mugs", "6 mugs"),
        ("5 mugs\n\nBegin forwarded message:\n6 mugs", "5 mugs", "6 mugs"),
        ("<p>5 mugs</p><blockquote>6 mugs<blockquote>7</blockquote></blockquote>", "5 mugs", "6 mugs"),
    ],
    ids=["marked", "wrapped", "German", "Outlook", "German Outlook", "ruled", "forwarded", "blockquote"],
)
def test_an_older_letter_stands_apart(text, own, quoted):
    source = read_source(text)
    assert source.own.strip() == own
    assert quoted in source.quoted
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "5 mugs\nWhat we wrote on Monday still holds, plus:\n6 cups",
        "5 mugs\n__________________\n6 cups",
        "| 5 | mugs |\n| 6 | cups |",
        "5 mugs\nFrom: the shop\n6 cups",
    ],
    ids=["own words", "a rule", "a table with pipes", "a line that starts with From"],
)
def test_what_only_looks_like_an_older_letter_stays_the_senders_own(text):
    assert "6" in read_source(text).own


@pytest.mark.parametrize(
    "text",
    [
        "5 mugs\nOn Monday Bob wrote:\n6 cups",
        "5 mugs\n> 6 cups",
        "5 mugs\n\n-----Original Message-----\nsee you\n\nPS: 6 cups",
    ],
    ids=["no date", "a bullet perhaps", "a postscript below"],
)
def test_where_own_words_may_end_or_go_on_a_person_looks(text):
    assert found(text) == ["quoted_thread"]


@pytest.mark.parametrize(
    "text",
    [
        "<p>5</p><p style='color:#fefefe'>6</p>",
        "<p>5</p><p style='color: white'>6</p>",
        "<p>5</p><p style='background:#000'>6</p>",
        "<p>5</p><p style='font-size:1px;'>6</p>",
        "<p>5</p><p style='opacity:0;'>6</p>",
        "<p>5</p><div style='position:absolute;left:-999px'>6</div>",
        "<p dir='rtl'>42</p>",
        '<p>5</p><img alt="a > 6 mugs">',
        "<style>.a{display:none}</style><p class='a'>6</p>",
        "<p>5</p><!--[if mso]><p>6</p><![endif]-->",
        "<p>5</p><!-- set it to 6 -->",
        "<p>~~5~~ 6</p>",
        "5\u0336 6",
        "\u202e42\u202c",
    ],
)
def test_what_a_reader_does_not_see_as_a_machine_does_is_noticed(text):
    assert "hidden_text" in found(text)


@pytest.mark.parametrize("text", ["5\u00b2", "\u2460", "2\u00bd", "1\u200b2", "&#53;", "\u0665"])
def test_digits_written_in_an_unusual_way_are_noticed(text):
    assert found(text) == ["odd_digits"]


def test_letters_of_another_script_are_noticed():
    assert found("5 m\u0443gs") == ["odd_letters"]
    assert found("5 Straußeneier für Café Zoë") == []


def test_quoted_printable_is_decoded_only_where_it_can_be_nothing_else():
    assert read_source("5 mugs =C2=A31.65 =\neach").own == "5 mugs £1.65 each"
    assert read_source("qty=24").own == "qty=24"
    assert read_source("=C2=A31.65 qty=31").own == "=C2=A31.65 qty=31"


def test_the_cells_of_a_table_stay_apart_and_its_rows_are_lines():
    rows = "<table><tr>\n<td>5</td>\n<td>mugs</td>\n</tr><tr><td>6</td><td>cups</td></tr></table>"
    lines = [line.split() for line in read_source(rows).own.split("\n") if line.strip()]
    assert lines == [["5", "mugs"], ["6", "cups"]]


def test_comments_and_style_sheets_are_no_text():
    text = "<html><head><style>p {margin: 2px}</style></head><body><!-- 7 --><p>5</p></body></html>"
    assert read_source(text).own.strip() == "5"


@pytest.mark.parametrize(
    "text",
    [
        "<p>5</p><!-- made by a mail program -->",
        "<html><head><style><!-- p {margin: 2px} --></style></head><body><p>5</p></body></html>",
    ],
)
def test_a_comment_without_digits_and_one_of_a_style_sheet_hide_nothing(text):
    assert found(text) == []
