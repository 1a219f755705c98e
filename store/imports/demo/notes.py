"""Texts of notes, plain ones and those that are hard to carry from one format to another.

One rule: every kind of hard text appears early and again and again, so that even a small practice
shows whether an export or a screen can bear it.
"""

from __future__ import annotations

import re
from random import Random
from re import Match

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
    "Patient was in good spirits.",
    "Patient was anxious; explained each step.",
    "Parent was in the room.",
    "Arrived {minutes} minutes late.",
    "Complains of {pain} at #{tooth} for {days} days.",
    "Woke {nights} nights with {pain} at #{tooth}; takes tablets for it.",
    "No complaints since the last visit.",
)
_MEASURES = (
    "BP {systolic}/{diastolic}, pulse {pulse}.",
    "Probing #{tooth}: {pockets} / {pockets}, #{other}: {pockets} / {pockets}.",
    "Opening {opening} mm, joint {joint}.",
    "Plaque at {percent}% of sites, bleeding at {bleeding}%.",
    "#{tooth} answers to cold after {seconds} s, percussion {sign}.",
)
_DOINGS = (
    "{dose} ml with adrenaline at #{tooth}, numb after {minutes} minutes, no complications.",
    "#{tooth} isolated, prepared, filled in {layers} layers, shade {shade}. Bite checked.",
    "Scaled and polished all surfaces; flossed. Heavy deposits at #{tooth} to #{other}.",
    "Images read with the patient: shadow {side} at #{tooth}, {size} mm from the edge.",
    "Impression taken, shade {shade}, sent to the laboratory; back on the {day}th.",
    "Temporary on #{tooth} with temporary cement, lot {lot}.",
    "Showed brushes of size 0.{size} between #{tooth} and #{other}.",
    "Working lengths #{tooth}: {length} and {length} mm; rinsed, dressed, closed.",
    "No new findings at #{tooth} or #{other}.",
    "{stitches} stitches at #{tooth}, bleeding stopped after {minutes} minutes.",
)
_CLOSINGS = (
    "Tolerated well.",
    "Instructions given in writing.",
    "Next: {months} months.",
    "Call in {days} days to ask how it is.",
    "Patient will think about the crown for #{tooth}; estimate of ${dollars} given.",
    "Referred back to the front desk for {minutes} more minutes.",
    "Out at {hour}:{minutes}.",
)
_WORDS = {
    "pain": ("a dull ache", "sharp pain", "sensitivity to cold", "pain when biting", "swelling"),
    "joint": ("quiet", "clicks on the left", "clicks on the right"),
    "sign": ("+", "-", "++", "(+)"),
    "side": ("mesial", "distal", "at the root"),
    "shade": ("A1", "A2", "A3", "A3.5", "B1", "B2", "C2", "D3"),
    "pockets": tuple(f"{a}{b}{c}" for a in range(2, 7) for b in range(1, 5) for c in range(2, 7)),
    "dose": tuple(f"{tenths / 10}" for tenths in range(6, 37)),
}
_NUMBERS = {
    "minutes": (10, 59),
    "tooth": (1, 32),
    "other": (1, 32),
    "days": (2, 21),
    "nights": (2, 6),
    "systolic": (104, 158),
    "diastolic": (61, 97),
    "pulse": (52, 96),
    "opening": (2, 52),
    "percent": (4, 78),
    "bleeding": (1, 49),
    "seconds": (1, 19),
    "layers": (2, 6),
    "day": (4, 20),
    "lot": (100_000, 999_999),
    "size": (4, 9),
    "length": (14, 26),
    "stitches": (2, 5),
    "months": (2, 12),
    "dollars": (180, 2400),
    "hour": (8, 17),
}
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
_BLANK = re.compile(r"\{(\w+)\}")


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
        kinds = (_OPENINGS, _MEASURES, _DOINGS, _CLOSINGS)
        sentences = (texts[int(self._random() * len(texts))] for texts in kinds)
        return _BLANK.sub(self._fill, "\n".join(sentences))

    def _fill(self, blank: Match[str]) -> str:
        """Return a word or a number for one blank: no two patients have quite the same note."""
        name = blank[1]
        if name in _WORDS:
            words = _WORDS[name]
            return words[int(self._random() * len(words))]
        least, most = _NUMBERS[name]
        return str(least + int(self._random() * (most - least + 1)))

    def call(self) -> str:
        """Return a note on a call or message."""
        return _CALLS[int(self._random() * len(_CALLS))]
