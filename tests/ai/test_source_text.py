"""A letter is read as its sender meant it: markup gone, contacts masked, quotes apart."""

from fakturo.ai.sentences import ends_within, sentence_spans
from fakturo.ai.source_text import read_source


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
