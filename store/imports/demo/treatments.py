"""What the demo practice does, and what it charges for it.

One rule: codes and descriptions are the practice's own; no published code set is used.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.database import Store
from store.imports.demo.days import YEARS_BACK

PREVENTIVE, BASIC, MAJOR, UNINSURED = "preventive", "basic", "major", "uninsured"
"""What insurance takes a treatment for; each plan pays another share of each."""

FEE_RISE_PERCENT = 3
"""How much fees rise from one year to the next."""
NETWORK_PERCENT = 70
"""What network plans agree to, as a share of the office's fee."""


@dataclass(frozen=True, slots=True, eq=False)
class Treatment:
    """A kind of treatment. `fee` in cents this year; `position` its place in `TREATMENTS`."""

    position: int
    code: str
    description: str
    layman: str
    area: str
    minutes: int
    fee: int
    cover: str
    flags: str = ""

    @property
    def is_hygiene(self) -> bool:
        """Whether the hygienist does it."""
        return "h" in self.flags

    @property
    def pattern(self) -> str:
        """The time needed, one sign per 5 minutes: the provider comes after the assistant."""
        signs = max(self.minutes // 5, 2)
        return "/" + "X" * (signs - 2) + "/"


# code | description | in plain words | area | minutes | dollars | cover | flags:
# h hygienist, x X-ray, p prosthesis, n not billed to insurance
_LIST = """
EX-NEW|First examination, full record|first check-up|mouth|30|98|preventive|
EX-PER|Regular examination|check-up|mouth|10|56|preventive|
EX-LIM|Examination of one complaint|look at one problem|none|20|82|preventive|
EX-PERIO|Examination of the gums, all sites|gum check|mouth|20|104|preventive|
XR-BW2|Two bitewing images|two X-rays|none|5|46|preventive|x
XR-BW4|Four bitewing images|four X-rays|none|10|68|preventive|x
XR-PA|Image of one root|one X-ray|tooth|5|32|preventive|x
XR-PAN|Panoramic image|X-ray of the whole jaw|mouth|10|126|preventive|x
XR-FULL|Full set of images|X-rays of all teeth|mouth|20|148|preventive|x
CLEAN-A|Cleaning, adult|cleaning|mouth|45|104|preventive|h
CLEAN-C|Cleaning, child|cleaning|mouth|30|74|preventive|h
FLUOR|Fluoride varnish|fluoride|mouth|5|42|preventive|h
SEAL|Sealant of one tooth|sealing|tooth|10|58|preventive|h
HYG-INS|Teaching how to clean|how to brush|none|10|38|uninsured|hn
SPACE|Space maintainer, one side|place holder|quadrant|40|345|preventive|
GUM-DEEP|Deep cleaning of a quarter|deep cleaning|quadrant|50|262|basic|h
GUM-KEEP|Cleaning after gum treatment|gum cleaning|mouth|45|152|basic|h
GUM-RINSE|Medication placed in a pocket|gum medication|tooth|10|74|basic|h
FILL-1S|Filling, one surface|filling|surface|30|178|basic|
FILL-2S|Filling, two surfaces|filling|surface|40|224|basic|
FILL-3S|Filling, three surfaces|filling|surface|50|276|basic|
FILL-4S|Filling, four or more surfaces|large filling|surface|50|322|basic|
FILL-TMP|Temporary filling|filling for a while|tooth|20|112|basic|
PULP-C|Treatment of the nerve, milk tooth|nerve of a milk tooth|tooth|30|196|basic|
ROOT-1|Root treatment, front tooth|root canal|tooth|55|795|basic|
ROOT-2|Root treatment, premolar|root canal|tooth|55|910|basic|
ROOT-3|Root treatment, molar|root canal|tooth|55|1120|basic|
PULL-1|Removal of a tooth|pulling a tooth|tooth|30|188|basic|
PULL-S|Removal of a tooth, surgical|operation on a tooth|tooth|45|312|basic|
PULL-W|Removal of a wisdom tooth in the bone|wisdom tooth|tooth|50|438|basic|
PAIN|Relief of pain, small step|help for pain|none|20|128|basic|
NUMB-GAS|Laughing gas|laughing gas|none|5|72|uninsured|n
CORE|Build-up under a crown|core|tooth|30|286|major|
CROWN-C|Crown, ceramic|crown|tooth|55|1285|major|p
CROWN-M|Crown, ceramic on metal|crown|tooth|55|1190|major|p
CROWN-K|Crown, steel, milk tooth|crown of a milk tooth|tooth|30|268|basic|p
CROWN-R|Crown set again|crown put back|tooth|20|132|basic|
BRIDGE-P|Bridge, tooth between|bridge|tooth|20|1180|major|p
BRIDGE-R|Bridge, tooth that holds|bridge|tooth|50|1210|major|p
IMPL-B|Implant, body|implant|tooth|55|1950|major|p
IMPL-C|Implant, crown|crown on an implant|tooth|50|1420|major|p
DENT-U|Full denture, upper|denture|arch|50|1680|major|p
DENT-L|Full denture, lower|denture|arch|50|1680|major|p
PART-F|Partial denture, metal frame|part denture|tooth_range|50|1740|major|p
DENT-FIX|Repair of a denture|denture repair|arch|20|168|basic|
GUARD|Night guard|guard against grinding|mouth|30|485|major|
BITE|Adjustment of the bite|bite|mouth|20|118|basic|
WHITEN|Whitening with trays|whitening|mouth|30|320|uninsured|n
RETAIN|Retainer, replacement|retainer|arch|20|245|uninsured|n
TALK|Second opinion|second opinion|none|30|95|uninsured|n
"""


def _read_list() -> tuple[Treatment, ...]:
    treatments = []
    for position, line in enumerate(_LIST.strip().splitlines()):
        code, description, layman, area, minutes, dollars, cover, flags = line.split("|")
        fee = int(dollars) * 100
        treatments.append(
            Treatment(position, code, description, layman, area, int(minutes), fee, cover, flags)
        )
    return tuple(treatments)


TREATMENTS = _read_list()
BY_CODE = {treatment.code: treatment for treatment in TREATMENTS}


def fees_of_years(percent: int) -> tuple[tuple[int, ...], ...]:
    """Return the fees in cents, whole dollars, by years ago and by position of the treatment.

    Args:
        percent: what the list charges, as a share of the office's fee.
    """
    table = []
    for years_ago in range(YEARS_BACK + 1):
        share = percent / 100 * (100 / (100 + FEE_RISE_PERCENT)) ** years_ago
        table.append(tuple(max(round(t.fee * share / 100), 1) * 100 for t in TREATMENTS))
    return tuple(table)


@dataclass(frozen=True, slots=True)
class FeeSchedules:
    """The numbers of the fee lists, and their amounts by years ago and position, in cents."""

    office_id: int
    network_id: int
    office: tuple[tuple[int, ...], ...]
    network: tuple[tuple[int, ...], ...]


def add_treatments(store: Store, categories: dict[str, int], created_at: str) -> FeeSchedules:
    """Write treatments and their fees. A treatment's number is its position and one.

    Args:
        categories: numbers of the definitions that group the list, by `cover`.
    """
    for treatment in TREATMENTS:
        store.insert(
            "procedure_code",
            {
                "procedure_code_id": treatment.position + 1,
                "code": treatment.code,
                "description": treatment.description,
                "abbr_description": treatment.code.title().replace("-", ""),
                "layman_term": treatment.layman,
                "category_id": categories[treatment.cover],
                "treatment_area": treatment.area,
                "default_pattern": treatment.pattern,
                "is_prosthesis": int("p" in treatment.flags),
                "is_hygiene": int(treatment.is_hygiene),
                "is_radiology": int("x" in treatment.flags),
                "no_bill_insurance": int("n" in treatment.flags),
                "created_at": created_at,
            },
        )
    office, network = fees_of_years(100), fees_of_years(NETWORK_PERCENT)
    return FeeSchedules(
        _add_schedule(store, 1, "Office fees", "normal", office[0]),
        _add_schedule(store, 2, "Network fees", "normal", network[0]),
        office,
        network,
    )


def _add_schedule(
    store: Store, order: int, description: str, kind: str, amounts: tuple[int, ...]
) -> int:
    number = store.insert(
        "fee_sched",
        {
            "description": description,
            "fee_sched_type": kind,
            "item_order": order,
            "is_global": 1,
        },
    )
    for position, amount in enumerate(amounts):
        store.insert(
            "fee",
            {"fee_sched_id": number, "procedure_code_id": position + 1, "amount": amount},
        )
    return number
