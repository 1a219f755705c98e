"""Which table of Open Dental becomes which table of ours; the columns are named beside it.

One rule: a mapping is data. What has to be computed has a kind of field of its own.
"""

from __future__ import annotations

from store.imports.opendental.mapping_money import MONEY
from store.imports.opendental.mapping_people import PEOPLE
from store.imports.opendental.mapping_treatment import TREATMENT
from store.imports.opendental.table_map import TableMap

TABLE_MAPS: dict[str, TableMap] = {table.source: table for table in (*PEOPLE, *TREATMENT, *MONEY)}
"""All mappings, by the name of their table."""
