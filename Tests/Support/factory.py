"""Master data for the tests in Odoo, made by the external interface as a person would make it."""

import dataclasses

from Support.facts import unique
from Support.odoo import Odoo

PLENTY = 1_000_000


@dataclasses.dataclass
class Factory:
    """Items that can be made, with what one piece needs."""

    routed: int
    """A product with two operations, Cut and Assemble."""
    plain: int
    """A product without operations."""
    rounded: int
    """A product whose consumption must be rounded: a third of a kilogram for each piece."""
    tracked: int
    """A product that is told apart by lot."""
    needs: dict
    """Product to {component code: quantity for one piece}."""


def build(odoo: Odoo) -> Factory:
    """Makes the items, their bills and stock of every component."""
    cut = odoo.create("mrp.workcenter", name="Cutting", code=unique("WC-CUT"))
    assemble = odoo.create("mrp.workcenter", name="Assembly", code=unique("WC-ASY"))
    kilogram = odoo.search_read("uom.uom", [["name", "=", "kg"]], ["name"])[0]["id"]
    codes = {name: unique(name) for name in ("RM-STEEL", "RM-SCREW", "RM-RESIN")}
    steel = odoo.product(codes["RM-STEEL"])
    screw = odoo.product(codes["RM-SCREW"])
    resin = odoo.product(codes["RM-RESIN"], uom_id=kilogram, uom_po_id=kilogram)
    for component in (steel, screw, resin):
        odoo.stock(component, PLENTY)
    routed = odoo.product(unique("FG-VALVE"))
    odoo.bill(routed, [(steel, 2), (screw, 4)],
              [("Cut", cut, 6), ("Assemble", assemble, 9)])
    plain = odoo.product(unique("FG-PIN"))
    odoo.bill(plain, [(steel, 1)])
    rounded = odoo.product(unique("FG-SEAL"))
    odoo.bill(rounded, [(resin, 0.33), (screw, 1)])
    tracked = odoo.product(unique("FG-PUMP"), tracking="lot")
    odoo.bill(tracked, [(steel, 1)])
    return Factory(routed, plain, rounded, tracked, {
        routed: {codes["RM-STEEL"]: "2", codes["RM-SCREW"]: "4"},
        plain: {codes["RM-STEEL"]: "1"},
        rounded: {codes["RM-RESIN"]: "0.33", codes["RM-SCREW"]: "1"},
    })
