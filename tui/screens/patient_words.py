"""What the codes of a patient's state are called, and how lists write a name.

One rule: a word for each code of the store, and nothing that is looked up.
"""

from __future__ import annotations

from typing import Final

from tui.widgets import words

STATUS: Final = {
    "patient": "patient",
    "non_patient": "not treated here",
    "inactive": "inactive",
    "archived": "archived",
    "deleted": "entered by mistake",
    "deceased": "deceased",
    "prospective": "has not come yet",
}
ACCESS: Final = {
    "none": "no online access",
    "given": "has online access",
    "removed": "online access removed",
}
RELATION: Final = {
    "": words.NOTHING,
    "foster_child": "foster child",
    "life_partner": "life partner",
    "sitter": "looks after for a time",
    "caregiver": "cares for day by day",
    "guardian": "guardian by law",
    "self": "the patient",
    "other": "another relation",
}
"""What a member of the family is; a code that is not here is a word already, such as `mother`."""


def full_name(last: str, first: str, preferred: str = "") -> str:
    """Return a name as lists order it: `Nguyễn, Thị Hoa (Hoa)`."""
    name = ", ".join(part for part in (last, first) if part) or "(no name)"
    return f"{name} ({preferred})" if preferred and preferred != first else name
