"""Texts of notes, plain ones and those that are hard to carry from one format to another.

One rule: every kind of hard text appears early and again and again, so that even a small practice
shows whether an export or a screen can bear it.
"""

from __future__ import annotations

from random import Random

HARD: tuple[str, ...] = (
    'Patient says "it hurts when I bite", and points at #14.',
    "Tooth\tcold\tpercussion\n14\t+\t++\n15\t-\t-",
    "Line one\r\nLine two\r\n\r\nLine four after an empty one",
    "Old machine wrote\rone\rreturn\ronly",
    "=1+1",
    '=HYPERLINK("http://example.org","click")',
    "@SUM(A1:A9)",
    "+15105550142 called, wants an earlier time",
    "-5 mm recession at the lingual side",
    "Jane [/x] Doe was told [bold]not[/bold] to chew on the left [link=http://example.org]",
    "[@click=app.bell]press here[/]",
    "Nervös, möchte Musik hören; «s'il vous plaît» 'très' doucement",
    "Пациент просит позвонить после обеда",
    "المريض يفضل الصباح، هاتف 555-0142",
    "המטופל מבקש תור בבוקר",
    "患者希望下午就诊。保険証を忘れた。",
    "Brave today 😀🦷👨‍👩‍👧‍👦, gets a sticker ⭐️",
    "e\u0301 and é are the same letter; ﬁ is a ligature; \ufeffa mark stands before this",
    "  leading and trailing blanks  ",
    "'0012",
    "001 002 003",
    "C:\\new\\table\\0",
    "semicolon; comma, pipe | caret ^ tilde ~ back`tick`",
    "NULL",
    "100% of it; 5% off; %s %d {name} ${HOME}",
    "<b>not markup</b> &amp; &#39;",
    "Tabs at the end\t\t\n",
    "Escape \x1b[31mred\x1b[0m and bell \x07 were pasted in",
    "A very long note. " + "The patient came back for the same tooth. " * 60,
)

_OPENINGS = (
    "Reviewed medical history, no changes.",
    "Medical history updated; see the allergies.",
    "Blood pressure taken, within limits.",
    "Patient was in good spirits.",
    "Patient was anxious; explained each step.",
    "Parent was in the room.",
)
_DOINGS = (
    "Topical and local anaesthetic, one carpule, no complications.",
    "Isolated, prepared, filled and polished. Bite checked with paper.",
    "Scaled and polished all surfaces; flossed.",
    "Heavy deposits at the lower front teeth.",
    "Images taken and read with the patient.",
    "Impression taken, shade A2, sent to the laboratory.",
    "Temporary in place with temporary cement.",
    "Showed how to use small brushes between the teeth.",
    "Pockets of 4 to 5 mm at the upper molars, bleeding on probing.",
    "No new findings.",
)
_CLOSINGS = (
    "Tolerated well.",
    "Instructions given in writing.",
    "Next: six months.",
    "Call tomorrow to ask how it is.",
    "Patient will think about the crown.",
    "Referred back to the front desk for the next visit.",
)
_CALLS = (
    "Left a message on the answering machine.",
    "Confirmed the visit.",
    "Asked to move the visit; will call back.",
    "Asked what the insurance left to pay; explained.",
    "Wants a copy of the images for another office.",
    "Number is no longer in service.",
    "Reminded of the regular visit.",
    "Thanked for the quick help last week.",
)
_HARD_EVERY = 9


class Notes:
    """Draws notes; every ninth one is a hard text, in turn."""

    def __init__(self, rng: Random) -> None:
        self._random = rng.random
        self._drawn = 0

    def clinical(self) -> str:
        """Return a chart note."""
        self._drawn += 1
        if self._drawn % _HARD_EVERY == 1:
            return HARD[self._drawn // _HARD_EVERY % len(HARD)]
        draw = self._random
        opening = _OPENINGS[int(draw() * len(_OPENINGS))]
        doing = _DOINGS[int(draw() * len(_DOINGS))]
        closing = _CLOSINGS[int(draw() * len(_CLOSINGS))]
        return f"{opening}\n{doing}\n{closing}"

    def call(self) -> str:
        """Return a note on a call or message."""
        return _CALLS[int(self._random() * len(_CALLS))]
