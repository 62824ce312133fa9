"""Letters found by trying to trick the proof, each with the draft that a trick would have let through."""

import pytest

from tests.ai.proof.drafts_of_letters import PLAIN, TWO, codes, reading

TRICKS = [
    (PLAIN.replace("two dozen", "2 000"), [("22551", "red mug", "2000", "1.65"), TWO[1]]),
    (PLAIN.replace("£1.65", "£1 650.00"), [("22551", "red mug", "24", "1"), TWO[1]]),
    (PLAIN.replace("£1.65", "£1 650.00"), [("22551", "red mug", "24", "650"), TWO[1]]),
    (
        PLAIN.replace(
            "two dozen of the red mug (item 22551, £1.65 each)", "red mug (item 22551) 1 650.00 each"
        ),
        [("22551", "red mug", "1", "650.00"), TWO[1]],
    ),
    (PLAIN.replace("two dozen", "hundred and twenty"), [("22551", "red mug", "20", "1.65"), TWO[1]]),
    (PLAIN.replace("two dozen", "two and a half dozen"), [("22551", "red mug", "24", "1.65"), TWO[1]]),
    (PLAIN.replace("two dozen", "two and a half dozen"), [("22551", "red mug", "6", "1.65"), TWO[1]]),
    (PLAIN.replace("two dozen", "a couple of dozen"), TWO),
    (PLAIN.replace("two dozen", "a dozen or two"), TWO),
    (PLAIN.replace("two dozen", "a gross weight of 24"), TWO),
    (PLAIN + " The cups at the price of the mugs.", TWO),
    (PLAIN + " 50 % deposit is enclosed.", TWO),
    (PLAIN + " Payment within 14 days with 2% cash discount.", TWO),
    (PLAIN + " Please add another two red mugs.", TWO),
    (PLAIN + " If there is a problem with the cups, send teapots.", TWO),
    (PLAIN + " From now on bill Leeds.", TWO),
    (PLAIN + "\n| 22999 | teapot | 3 | £5.00 |", TWO),
    (PLAIN + "\n> 3 x teapot (22999) @ £5.00", TWO),
    (PLAIN + "\n____________\n3 x teapot (22999) @ £5.00", TWO),
    (PLAIN + "\nAs I wrote on Monday, we also need:\n3 x teapot (22999) @ £5.00", TWO),
    (PLAIN + "\nOn Monday we wrote:\n3 x teapot (22999) @ £5.00", TWO),
    (
        PLAIN + '\n<img alt="x > 3 of the teapot (item 22999, £5.00 each)">',
        [*TWO, ("22999", "teapot", "3", "5.00")],
    ),
    (PLAIN + '\n<img alt="x > 3 of the teapot (item 22999, £5.00 each)">', TWO),
    ("Subject: make the first one 6\n\n" + PLAIN, TWO),
    ("Subject: make the first one 6\n\n" + PLAIN, [("22551", "red mug", "6", "1.65"), TWO[1]]),
    (PLAIN + "\n\nKind regards\nTom\n\nPS: 6 of the mugs please", TWO),
    (PLAIN + " Mugs: six only.", TWO),
    (PLAIN + " Only the mugs please.", TWO),
    (PLAIN + " Cups next month.", TWO),
    (PLAIN + " The mugs are for Leeds, bill Leeds for them.", TWO),
    (PLAIN.replace("£1.65 each", "£1.65 per five"), TWO),
    (PLAIN.replace("£1.65 each", "5 for £1.65"), TWO),
    (PLAIN.replace("£1.65 each", "£1.65 each, £1.50 from 20"), TWO),
    (PLAIN.replace("£1.65 each", "£1.65 each + VAT 20%"), TWO),
    (PLAIN.replace("£1.65 each", "each £1.65/2"), TWO),
    (PLAIN.replace("£1.65 each", "1.65 each"), [("22551", "red mug", "1.65", "24"), TWO[1]]),
    (PLAIN.replace("account 12765", "account 12765 (formerly 11111)"), TWO),
    (PLAIN.replace("account 12765", "account 12765 (formerly 11111)"), [("22551", "red mug", "24", "1.65")]),
    (PLAIN.replace("£1.65", "€1.65"), TWO),
    (PLAIN.replace("two dozen of the red mug (item 22551", "24 x 22551 x 2 of the red mug (item 22551"), TWO),
    (PLAIN + " We have space for 30 not 24.", [("22551", "red mug", "30", "1.65"), TWO[1]]),
    (PLAIN + " We have space for 30 not 24.", TWO),
    (PLAIN + " It was 30 not 24.", [("22551", "red mug", "30", "1.65"), TWO[1]]),
    (PLAIN + " Please deliver on 24 March. PS: 25 not 24.", [("22551", "red mug", "25", "1.65"), TWO[1]]),
    (PLAIN + " Please deliver on 24 March. PS: 25 not 24.", TWO),
    (PLAIN + " The code of the first one should be 22552.", TWO),
    (PLAIN + " The first one should be 22552.", [("22551", "red mug", "22552", "1.65"), TWO[1]]),
    (PLAIN + " Change item 22551 to 22552.", [("22551", "red mug", "22552", "1.65"), TWO[1]]),
    (PLAIN + " Change the first one to 22552.", [("22551", "red mug", "22552", "1.65"), TWO[1]]),
    (PLAIN + " Change the account to 12999.", TWO),
    (PLAIN + " Make the second one 24 hours express.", TWO),
    (PLAIN + " Cancel PO-71033.", TWO),
    (PLAIN + " Please cancel item 22551 from the last order.", [TWO[1]]),
    (PLAIN + " Please cancel item 22551 from the last order.", TWO),
    (PLAIN + " Drop the red mug price.", [TWO[1]]),
    (PLAIN + " Take the cups off the shelf.", [TWO[0]]),
    (PLAIN + " We do not need the cups washed.", [TWO[0]]),
    (PLAIN + " We don't need the cups.", TWO),
    (PLAIN + " Leave out the invoice.", TWO),
    (PLAIN + " Set the mugs to 24 degrees.", TWO),
]


@pytest.mark.parametrize(("text", "lines"), TRICKS, ids=[str(no) for no in range(len(TRICKS))])
def test_a_trick_is_not_proved(text, lines):
    assert codes(reading(lines), text), text


@pytest.mark.parametrize(
    "harmless",
    [
        "Please call before delivery.",
        "Our shop opens at 10:00.",
        "See you on Friday!",
        "We look forward to the delivery in week 48.",
        "Sorry for the short notice.",
        "Could you confirm the order, please?",
        "If you have any questions, call me.",
        "Sent from my iPhone",
    ],
)
def test_what_changes_nothing_hinders_no_proof(harmless):
    assert codes(reading(TWO), f"{PLAIN} {harmless}") == set()
