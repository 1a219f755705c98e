"""What the codes of a patient's state are called, and how lists write a name.

One rule: a word for each code of the store, and nothing that is looked up.
"""

from __future__ import annotations

from typing import Final

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


def full_name(last: str, first: str, preferred: str = "") -> str:
    """Return a name as lists order it: `Nguyễn, Thị Hoa (Hoa)`."""
    name = ", ".join(part for part in (last, first) if part) or "(no name)"
    return f"{name} ({preferred})" if preferred and preferred != first else name
