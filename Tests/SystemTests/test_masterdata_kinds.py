"""Records of every kind, as a vendor's developer tries them who has only the contract."""

import pytest

from Support.client import refused
from Support.plant import OTHER_SITE, SITE, Plant
from Support.stewards import (
    ACCEPTED, BILL, CALENDAR, DRAFT, DUPLICATE, ITEM, KINDS, LOCATION, OF_ALL_SITES, PARTNER, PLACE,
    REJECTED, RELEASED, ROUTING, SUPPLIER_ITEM, UNIT, WAREHOUSE, WITHDRAWN, WORK_CENTER, Steward, bill,
    calendar, is_refused, item, line, location, operation, partner, quantity, routing, shift, site,
    supplier_item, unit, warehouse, weekly, work_center)
from Support.stubs import common, masterdata, timestamp

NOON = 1_790_000_000
"""Some moment."""


def at(seconds, nanos=0):
    return timestamp.Timestamp(seconds=seconds, nanos=nanos)


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    with Plant(tmp_path_factory.mktemp("plant")) as running:
        yield running


@pytest.fixture(scope="module")
def stub(plant):
    return plant.mes(plant.issue_key("steward", SITE, OTHER_SITE, roles=["steward"])).masterdata


@pytest.fixture(scope="module")
def steward(stub):
    """Who looks after PLANT1, where what records name is there."""
    steward = Steward(stub)
    steward.accept(unit("Units"), unit("Dozens", 12), unit("kg", category="weight"))
    steward.accept(item("PART"), item("POWDER", unit="kg"), item("MIX", unit="kg"), *map(item, SUPPLIED))
    steward.accept(partner("SUPPLIER"))
    steward.accept(calendar("week"))
    steward.accept(work_center("PRESS"))
    return steward


@pytest.fixture(scope="module")
def neighbour(steward, stub):
    """The same caller on behalf of PLANT2."""
    return Steward(stub, OTHER_SITE)


SUPPLIED = [f"SUPPLIED-{number}" for number in range(20)]
"""Items of which each can have one reference of a supplier."""
_references = {}
_count = iter(range(10_000))


def fresh(prefix="X"):
    """A code that no other test has."""
    return f"{prefix}-{next(_count)}"


def supplied(code):
    """The item that a supplier's reference is for."""
    return _references.setdefault(code, SUPPLIED[len(_references)])


FULL = {
    UNIT: lambda code, **fields: unit(code, 1, 1000, category="weight", **{"rounding": "0.001", **fields}),
    ITEM: lambda code, **fields: item(
        code, storable=True, purchase_unit="Dozens", shelf_life_days=36_500, barcode=f"+{code}",
        **{"tracking": common.TRACKING_SERIAL, **fields}),
    PLACE: lambda _, **fields: site(
        company="Millrace", shift_calendar="week", operation_types=[masterdata.OperationType(
            code="MO", use=masterdata.OPERATION_TYPE_USE_MANUFACTURING)], **fields),
    CALENDAR: lambda code, **fields: calendar(
        code, shifts=[weekly(masterdata.WEEKDAY_SUNDAY, "night", "22:00", 480)],
        exceptions=[masterdata.ShiftException(date="2026-12-24")], **fields),
    WORK_CENTER: lambda code, **fields: work_center(
        code, shift_calendar="week", efficiency_percent=1000, **fields),
    WAREHOUSE: lambda code, **fields: warehouse(code, **fields),
    LOCATION: lambda code, **fields: location(code, quarantine=True, scrap=True, **fields),
    PARTNER: lambda code, **fields: partner(code, tax_id="DE123", country="DE", **fields),
    SUPPLIER_ITEM: lambda code, **fields: supplier_item(
        code, "SUPPLIER", supplied(code), supplier_item_code="Nr. 1 m²",
        supplier_item_description="Blech", lead_time_days=3_650, prices=[masterdata.SupplierPrice(
            minimum_quantity="0", unit_price="0.05", currency="EUR", effective_from=at(NOON))],
        **fields),
    ROUTING: lambda code, **fields: routing(
        code, operation(10, "PRESS"), operation(1_000_000, "PRESS"), **fields),
    BILL: lambda code, **fields: bill(
        code, "MIX", line(7, "PART", "0.125", "Dozens"), quantity=quantity("2.5", "kg"),
        version="B", priority=1_000_000, by_products=[masterdata.ByProduct(
            item="PART", quantity=quantity(1))], **fields),
}
"""A record of every kind with all its fields."""
OTHERWISE = {UNIT: {"rounding": "1"}, ITEM: {"tracking": common.TRACKING_LOT}}
"""What makes it another one; a new description where nothing is said."""


def code_for(kind):
    return SITE if kind == PLACE else fresh()


def changed(kind, code, **fields):
    """The record said otherwise."""
    if kind == SUPPLIER_ITEM:
        record = FULL[kind](code, **fields)
        record.lead_time_days = 1
        return record
    if kind == BILL:
        record = FULL[kind](code, **fields)
        record.version = "C"
        return record
    return FULL[kind](code, **OTHERWISE.get(kind, {"description": "Another"}), **fields)


def said(record):
    """What a record says, without what the service adds to it."""
    found = type(record)()
    found.CopyFrom(record)
    for field in ("revision", "etag", "changed_at", "site"):
        found.head.ClearField(field)
    return found


all_kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.one)


# What is said is kept

@all_kinds
def test_a_record_is_read_as_it_was_said(steward, kind):
    record = FULL[kind](code_for(kind), effective_from=at(NOON), effective_until=at(NOON + 1))
    outcome, = steward.accept(record)
    found = steward.read(kind, record.head.code)
    assert said(found) == record
    assert (found.head.revision, found.head.etag) == (outcome.revision, outcome.etag)
    assert found.head.site == ("" if kind in OF_ALL_SITES else SITE)


@all_kinds
def test_the_same_again_changes_nothing_and_something_else_makes_a_revision(steward, kind):
    code = code_for(kind)
    first, = steward.accept(FULL[kind](code))
    again, = steward.put(FULL[kind](code))
    assert (again.receipt, again.revision) == (DUPLICATE, first.revision)
    other, = steward.put(changed(kind, code))
    assert (other.receipt, other.revision) == (ACCEPTED, first.revision + 1)
    steward.accept(FULL[kind](code))


@all_kinds
def test_only_who_has_read_the_newest_may_overwrite_it(steward, kind):
    code = code_for(kind)
    first, = steward.accept(FULL[kind](code))
    newer, = steward.accept(changed(kind, code, etag=first.etag))
    assert newer.etag != first.etag
    assert steward.reject(FULL[kind](code, etag=first.etag)).reason == "ETAG_MISMATCH"
    assert said(steward.read(kind, code)) == said(changed(kind, code))
    steward.accept(FULL[kind](code, etag=newer.etag))


@all_kinds
def test_validating_says_what_would_become_of_it_and_keeps_nothing(steward, kind):
    code = code_for(kind)
    before = steward.get(kind, code)
    outcome, = steward.put(changed(kind, code), validate_only=True)
    assert outcome.receipt == ACCEPTED
    assert steward.get(kind, code) == before
    wrong, = steward.put(FULL[kind](code, life_cycle=0), validate_only=True)
    assert (wrong.receipt, wrong.rejection.reason) == (REJECTED, "INVALID_FIELDS")


@all_kinds
def test_a_released_record_is_withdrawn_and_released_again_and_never_a_draft(steward, kind):
    code = code_for(kind)
    if kind != PLACE:
        steward.accept(FULL[kind](code, life_cycle=DRAFT))
    for life_cycle in (RELEASED, WITHDRAWN, RELEASED):
        steward.accept(FULL[kind](code, life_cycle=life_cycle))
        rejection = steward.reject(FULL[kind](code, life_cycle=DRAFT))
        assert rejection.reason == "LIFE_CYCLE_TRANSITION"
        assert steward.read(kind, code).head.life_cycle == life_cycle
    steward.accept(FULL[kind](code, life_cycle=WITHDRAWN))
    assert code in steward.codes(kind, life_cycles=[WITHDRAWN])
    assert code not in steward.codes(kind, life_cycles=[DRAFT, RELEASED])


@all_kinds
def test_what_it_needs_is_named_field_by_field(steward, kind):
    rejection = steward.reject(kind.message())
    assert rejection.reason == "INVALID_FIELDS"
    assert rejection.violations[0].field == f"{kind.many}[0].head"


@all_kinds
def test_a_code_has_1_to_64_visible_characters(steward, kind):
    field = f"{kind.many}[0].head.code"
    for code in ("", "x" * 65, "tab\t", "null\0", "del\x7f", "\u2028"):
        record = FULL[kind]("A")
        record.head.code = code
        assert field in {each.field for each in steward.reject(record).violations}, repr(code)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in (PLACE, SUPPLIER_ITEM)],
                         ids=lambda kind: kind.one)
def test_codes_are_in_anybodys_language(steward, kind):
    for code in ("m²", "Außenlager/Regal 1", "漢" * 64, "😀" * 64, "%_*[?\\'\""):
        record = FULL[kind](code)
        if kind == ITEM:
            record.barcode = ""
        steward.accept(record)
        assert steward.read(kind, code).head.code == code
        assert steward.codes(kind, code_prefix=code) == [code]
        assert code in steward.codes(kind)


def test_what_is_no_character_is_no_code(steward):
    for code in ("\U0010FFFF", "\uFFFE", "\uE000"):
        assert steward.reject(partner(code)).reason == "INVALID_FIELDS", repr(code)


def test_what_nobody_can_see_is_not_visible(steward):
    for code in ("\u00AD", "\u200B", "\uFEFF", "A\u202EB", "\U000E0001"):
        assert steward.reject(partner(code)).reason == "INVALID_FIELDS", repr(code)


def test_of_codes_that_look_the_same_one_is_taken(steward):
    composed, apart = "caf\u00E9", "cafe\u0301"
    steward.accept(partner(composed))
    rejection = steward.reject(partner(apart))
    assert [each.field for each in rejection.violations] == ["business_partners[0].head.code"]
    # The sign of the unit of resistance is another form of the Greek letter.
    assert steward.reject(unit("\u2126")).reason == "INVALID_FIELDS"
    steward.accept(unit("\u03A9"))


@all_kinds
def test_a_request_has_1_to_500_records_each_once(steward, kind):
    record = FULL[kind](code_for(kind))
    many = [record] * 501
    assert list(refused(lambda: steward.put(*many)).fields) == [kind.many]
    assert list(refused(lambda: steward.put(record, record)).fields) == [f"{kind.many}[1].head.code"]
    upsert = getattr(steward.stub, f"Upsert{kind.plural}")
    assert list(refused(lambda: upsert(kind.upsert([]))).fields) == [kind.many]
    for codes in ([], ["A"] * 501):
        assert list(refused(lambda codes=codes: steward.get(kind, *codes)).fields) == ["codes"]


def test_500_records_are_taken_and_got_in_their_order(steward):
    codes = [f"many-{number:03}" for number in range(500)]
    steward.accept(*[partner(code) for code in codes])
    found, missing = steward.get(PARTNER, *reversed(codes))
    assert [each.head.code for each in found] == codes[::-1] and missing == []


# Who sees what

@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in OF_ALL_SITES],
                         ids=lambda kind: kind.one)
def test_what_belongs_to_a_site_is_nothing_to_the_other_one(steward, neighbour, kind):
    code = code_for(kind)
    steward.accept(FULL[kind](code))
    assert neighbour.get(kind, code) == ([], [code])
    assert code not in neighbour.codes(kind)
    assert code not in [each.head.code for each in neighbour.changes(kinds=[kind.number])[0]]


@pytest.mark.parametrize("kind", OF_ALL_SITES, ids=lambda kind: kind.one)
def test_what_is_of_all_sites_is_the_same_record_everywhere(steward, neighbour, kind):
    code = fresh()
    first, = steward.accept(FULL[kind](code))
    assert neighbour.read(kind, code) == steward.read(kind, code)
    second, = neighbour.accept(changed(kind, code))
    assert second.revision == first.revision + 1
    assert steward.read(kind, code).head.etag == second.etag


def test_two_sites_have_records_of_the_same_code(steward, neighbour):
    code = fresh()
    steward.accept(location(code, description="ours"))
    neighbour.accept(location(code, description="theirs"))
    assert steward.read(LOCATION, code).description == "ours"
    assert neighbour.read(LOCATION, code).head.revision == 1


def test_what_another_site_has_can_not_be_named(steward, neighbour):
    code = fresh()
    neighbour.accept(work_center(code))
    rejection = steward.reject(routing(fresh(), operation(1, code)))
    assert rejection.reason == "REFERENCE_UNKNOWN"


def test_nobody_writes_another_sites_record(steward, neighbour):
    assert steward.put(site(OTHER_SITE))[0].receipt == REJECTED
    assert neighbour.get(PLACE, OTHER_SITE) == ([], [OTHER_SITE])


def test_what_is_in_use_elsewhere_is_not_told_to_whom_it_is_nothing(plant, steward, neighbour):
    steward.accept(item("SHARED"))
    neighbour.accept(bill("A-SECRET", "SHARED"))
    of_one_site = Steward(plant.mes(plant.issue_key("of-one-site", SITE, roles=["steward"])).masterdata)
    rejection = of_one_site.reject(item("SHARED", WITHDRAWN))
    assert rejection.reason == "RECORD_IN_USE"
    assert "A-SECRET" not in rejection.message


# References

GONE = "nowhere"
REFERENCES = {
    ("items", "unit"): lambda code, to: item(code, unit=to),
    ("items", "purchase_unit"): lambda code, to: item(code, purchase_unit=to),
    ("sites", "warehouse"): lambda code, to: site(warehouse=to),
    ("sites", "shift_calendar"): lambda code, to: site(shift_calendar=to),
    ("work_centers", "shift_calendar"): lambda code, to: work_center(code, shift_calendar=to),
    ("locations", "warehouse"): lambda code, to: location(code, warehouse=to),
    ("locations", "parent"): lambda code, to: location(code, parent=to),
    ("supplier_items", "supplier"): lambda code, to: supplier_item(code, to, "PART"),
    ("supplier_items", "item"): lambda code, to: supplier_item(code, "SUPPLIER", to),
    ("routings", "operations[0].work_center"): lambda code, to: routing(code, operation(1, to)),
    ("bills_of_material", "item"): lambda code, to: bill(code, to),
    ("bills_of_material", "routing"): lambda code, to: bill(code, "PART", routing=to),
    ("bills_of_material", "lines[0].item"): lambda code, to: bill(code, "PART", line(1, to)),
    ("bills_of_material", "lines[0].quantity.unit"): lambda code, to: bill(
        code, "PART", line(1, "POWDER", unit=to)),
    ("bills_of_material", "quantity.unit"): lambda code, to: bill(
        code, "PART", quantity=quantity(1, to)),
    ("bills_of_material", "by_products[0].item"): lambda code, to: bill(
        code, "PART", by_products=[masterdata.ByProduct(item=to, quantity=quantity(1))]),
    ("bills_of_material", "subcontractors[0]"): lambda code, to: bill(
        code, "PART", type=masterdata.BILL_TYPE_SUBCONTRACT, subcontractors=[to]),
}
"""A record that names what may not be there, by the field that does."""
all_references = pytest.mark.parametrize(
    "field", REFERENCES, ids=lambda field: f"{field[0]}.{field[1]}")


@all_references
def test_a_released_record_names_only_what_is_there(steward, field):
    rejection = steward.reject(REFERENCES[field](fresh(), GONE))
    assert rejection.reason == "REFERENCE_UNKNOWN"
    assert GONE in rejection.message


@pytest.mark.parametrize("field", [field for field in REFERENCES if field[0] != "sites"],
                         ids=lambda field: f"{field[0]}.{field[1]}")
def test_a_draft_may_name_what_is_still_missing(steward, field):
    record = REFERENCES[field](fresh(), GONE)
    record.head.life_cycle = DRAFT
    steward.accept(record)


@all_references
def test_a_wrong_reference_is_named_by_its_path_from_the_request_on(steward, field):
    many, path = field
    record = REFERENCES[field](fresh(), GONE)
    rejection = steward.reject(record)
    assert [each.field for each in rejection.violations] == [f"{many}[0].{path}"]


@pytest.mark.parametrize("target, user", [
    (lambda code: unit(code), lambda code: item("u-" + code, unit=code)),
    (lambda code: item(code), lambda code: bill("u-" + code, code)),
    (lambda code: item(code), lambda code: bill("u-" + code, "PART", line(1, code))),
    (lambda code: item(code), lambda code: supplier_item("u-" + code, "SUPPLIER", code)),
    (lambda code: partner(code), lambda code: supplier_item("u-" + code, code, "PART")),
    (lambda code: calendar(code), lambda code: work_center("u-" + code, shift_calendar=code)),
    (lambda code: work_center(code), lambda code: routing("u-" + code, operation(1, code))),
    (lambda code: warehouse(code), lambda code: location("u-" + code, warehouse=code)),
    (lambda code: location(code), lambda code: location("u-" + code, parent=code)),
    (lambda code: routing(code, operation(1, "PRESS")), lambda code: bill("u-" + code, "PART", routing=code)),
], ids=["unit", "item", "component", "supplied item", "supplier", "calendar", "work centre", "warehouse",
        "parent", "routing"])
def test_what_released_records_name_is_not_withdrawn_before_them(steward, target, user):
    code = fresh()
    steward.accept(target(code))
    steward.accept(user(code))
    gone = target(code)
    gone.head.life_cycle = WITHDRAWN
    assert steward.reject(gone).reason == "RECORD_IN_USE"
    withdrawn = user(code)
    withdrawn.head.life_cycle = WITHDRAWN
    steward.accept(withdrawn)
    steward.accept(gone)
    assert steward.reject(user(code)).reason == "REFERENCE_UNKNOWN"


def test_what_only_drafts_name_is_withdrawn(steward):
    code = fresh()
    steward.accept(item(code))
    steward.accept(bill(fresh(), "PART", line(1, code), life_cycle=DRAFT))
    steward.accept(item(code, WITHDRAWN))


# Bills and routings

def test_nothing_is_made_of_itself(steward):
    a, b, c = fresh(), fresh(), fresh()
    steward.accept(item(a), item(b), item(c))
    assert steward.reject(bill(fresh(), a, line(1, a))).reason == "CYCLIC_BILL"
    steward.accept(bill(f"{a}/1", a, line(1, b)), bill(f"{b}/1", b, line(1, "PART"), line(2, c)))
    assert steward.reject(bill(f"{c}/1", c, line(1, "PART"), line(2, a))).reason == "CYCLIC_BILL"
    steward.accept(bill(f"{c}/1", c, line(1, a), life_cycle=DRAFT))
    assert steward.reject(bill(f"{c}/1", c, line(1, a))).reason == "CYCLIC_BILL"


def test_a_circle_of_one_batch_is_broken_at_its_last_bill(steward):
    a, b = fresh(), fresh()
    steward.accept(item(a), item(b))
    first, second = steward.put(bill(a, a, line(1, b)), bill(b, b, line(1, a)))
    assert (first.receipt, second.rejection.reason) == (ACCEPTED, "CYCLIC_BILL")


def test_a_withdrawn_bill_does_not_come_back_into_a_circle(steward):
    a, b = fresh(), fresh()
    steward.accept(item(a), item(b))
    steward.accept(bill(a, a, line(1, b)))
    steward.accept(bill(a, a, line(1, b), life_cycle=WITHDRAWN))
    steward.accept(bill(b, b, line(1, a)))
    assert steward.reject(bill(a, a, line(1, b))).reason == "CYCLIC_BILL"


def test_each_site_makes_things_its_own_way_round(steward, neighbour):
    a, b = fresh(), fresh()
    steward.accept(item(a), item(b))
    steward.accept(bill(a, a, line(1, b)))
    neighbour.accept(bill(b, b, line(1, a)))


def test_a_long_chain_of_bills_is_followed_to_its_end(steward):
    codes = [fresh("chain") for _ in range(300)]
    steward.accept(*[item(code) for code in codes])
    steward.accept(*[bill(above, above, line(1, below)) for above, below in zip(codes, codes[1:])])
    assert steward.reject(bill(codes[-1], codes[-1], line(1, codes[0]))).reason == "CYCLIC_BILL"


def test_quantities_are_in_units_that_can_be_converted(steward):
    steward.accept(bill(fresh(), "PART", line(1, "POWDER", 1, "kg"), quantity=quantity(1, "Dozens")))
    for wrong in (bill(fresh(), "PART", line(1, "POWDER", 1, "Units")),
                  bill(fresh(), "PART", quantity=quantity(1, "kg")),
                  bill(fresh(), "PART", by_products=[
                      masterdata.ByProduct(item="POWDER", quantity=quantity(1, "Units"))])):
        assert steward.reject(wrong).reason == "UNIT_CATEGORY"
    assert steward.reject(item(fresh(), purchase_unit="kg")).reason == "UNIT_CATEGORY"


def test_lines_name_operations_that_the_routing_has(steward):
    way = fresh("R")
    steward.accept(routing(way, operation(10, "PRESS")))
    steward.accept(bill(fresh(), "PART", line(1, "POWDER", 1, "kg", 10), routing=way))
    wrong = bill(fresh(), "PART", line(1, "POWDER", 1, "kg", 11), routing=way)
    assert steward.reject(wrong).reason == "OPERATION_UNKNOWN"


def test_an_operation_that_a_released_bill_names_stays(steward):
    way, code = fresh("R"), fresh()
    steward.accept(routing(way, operation(10, "PRESS")))
    used = bill(code, "PART", line(1, "POWDER", 1, "kg", 10), routing=way)
    steward.accept(used)
    steward.put(routing(way, operation(20, "PRESS")))
    used.version = "what says nothing new about the operation"
    steward.accept(used)


# Locations, units, items, partners

def test_no_location_is_below_itself(steward):
    top, middle, bottom = fresh(), fresh(), fresh()
    steward.accept(location(top), location(middle, parent=top), location(bottom, parent=middle))
    for parent in (top, middle, bottom):
        assert steward.reject(location(top, parent=parent)).reason == "CYCLIC_LOCATION"


def test_a_unit_that_was_released_stays_what_it_is(steward):
    code = fresh()
    steward.accept(unit(code, 3, 2, life_cycle=DRAFT))
    steward.accept(unit(code, 5, 2))
    for life_cycle in (RELEASED, WITHDRAWN):
        assert steward.reject(unit(code, 6, 2, life_cycle=life_cycle)).reason == "UNIT_CHANGED"
        assert steward.reject(
            unit(code, 5, 2, life_cycle=life_cycle, category="other")).reason == "UNIT_CHANGED"
        steward.accept(unit(code, 5, 2, life_cycle=life_cycle))
    again, = steward.put(unit(code, 10, 4, life_cycle=WITHDRAWN))
    assert again.receipt == DUPLICATE


def test_a_unit_that_is_no_draft_any_more_stays_what_it_is(steward):
    code = fresh()
    steward.accept(unit(code, 3, life_cycle=DRAFT))
    steward.accept(unit(code, 3, life_cycle=WITHDRAWN))
    assert steward.reject(unit(code, 4)).reason == "UNIT_CHANGED"


def test_an_item_stays_counted_in_its_unit(steward):
    code = fresh()
    steward.accept(item(code, DRAFT, unit="kg"))
    steward.accept(item(code))
    steward.accept(item(code, WITHDRAWN))
    for life_cycle in (RELEASED, WITHDRAWN):
        rejection = steward.reject(item(code, life_cycle, unit="Dozens"))
        assert rejection.reason == "ITEM_UNIT_CHANGED"


def test_a_barcode_moves_to_another_item_within_a_batch(steward):
    a, b, barcode = fresh(), fresh(), fresh("EAN")
    steward.accept(item(a, barcode=barcode), item(b))
    assert steward.reject(item(b, barcode=barcode)).reason == "BARCODE_TAKEN"
    steward.accept(item(a), item(b, barcode=barcode))
    assert (steward.read(ITEM, a).barcode, steward.read(ITEM, b).barcode) == ("", barcode)


def test_a_barcode_is_free_when_its_item_is_withdrawn(steward):
    a, b, barcode = fresh(), fresh(), fresh("EAN")
    steward.accept(item(a, barcode=barcode))
    steward.accept(item(a, WITHDRAWN, barcode=barcode))
    steward.accept(item(b, barcode=barcode))
    assert steward.reject(item(a, barcode=barcode)).reason == "BARCODE_TAKEN"


def test_validating_a_batch_says_what_the_batch_would_say(steward):
    barcode = fresh("EAN")
    batch = [item(fresh(), barcode=barcode), item(fresh(), barcode=barcode)]
    foreseen = [each.rejection.reason for each in steward.put(*batch, validate_only=True)]
    assert foreseen == [each.rejection.reason for each in steward.put(*batch)] == ["", "BARCODE_TAKEN"]


def test_there_is_one_reference_of_a_supplier_and_an_item(steward, neighbour):
    part, other = fresh(), fresh()
    steward.accept(item(part), item(other))
    first, second = fresh("ref"), fresh("ref")
    steward.accept(supplier_item(first, "SUPPLIER", part), supplier_item(second, "SUPPLIER", other))
    swapped = steward.put(
        supplier_item(first, "SUPPLIER", other), supplier_item(second, "SUPPLIER", part))
    assert [each.rejection.reason for each in swapped] == ["SUPPLIER_ITEM_TAKEN"] * 2
    neighbour.accept(supplier_item(fresh("ref"), "SUPPLIER", part))
    steward.accept(supplier_item(first, "SUPPLIER", part, WITHDRAWN))
    steward.accept(supplier_item(second, "SUPPLIER", part))
    assert steward.reject(supplier_item(first, "SUPPLIER", part)).reason == "SUPPLIER_ITEM_TAKEN"


def test_a_partner_has_each_role_once(steward):
    twice = partner(fresh(), roles=[masterdata.PARTNER_ROLE_SUPPLIER] * 2)
    assert steward.reject(twice).reason == "INVALID_FIELDS"


# What can be wrong with a field

def _wrong():
    price = masterdata.SupplierPrice
    return [
        ("units[0].category", lambda: unit("W", category="")),
        ("units[0].reference_ratio", lambda: _without(unit("W"), "reference_ratio")),
        ("units[0].reference_ratio.numerator", lambda: unit("W", 0)),
        ("units[0].reference_ratio.denominator", lambda: unit("W", 1, 1_000_000_001)),
        *[("units[0].rounding", lambda text=text: unit("W", rounding=text))
          for text in ("", "0", "-1", "1e3", "+1", ".5", "1.", " 1", "0.0000001", "１", "1234567890123")],
        ("items[0].description", lambda: item("W", description="x" * 257)),
        ("items[0].description", lambda: item("W", description=" ")),
        ("items[0].tracking", lambda: item("W", tracking=9)),
        ("items[0].unit", lambda: item("W", unit="")),
        ("items[0].shelf_life_days", lambda: item("W", shelf_life_days=36_501)),
        ("items[0].shelf_life_days", lambda: item("W", shelf_life_days=-1)),
        ("items[0].barcode", lambda: item("W", barcode="é")),
        ("items[0].barcode", lambda: item("W", barcode="9" * 129)),
        ("items[0].head.life_cycle", lambda: item("W", 0)),
        ("items[0].head.life_cycle", lambda: item("W", 9)),
        ("sites[0].time_zone", lambda: site(time_zone="Europe/Nowhere")),
        ("sites[0].time_zone", lambda: site(time_zone="../../etc/passwd")),
        ("sites[0].currency", lambda: site(currency="eur")),
        ("sites[0].manufacturing_steps", lambda: site(manufacturing_steps=0)),
        ("sites[0].operation_types[1].code", lambda: site(
            operation_types=[masterdata.OperationType(code="a", use=1)] * 2)),
        ("sites[0].operation_types[0].use", lambda: site(
            operation_types=[masterdata.OperationType(code="a")])),
        ("shift_calendars[0].shifts", lambda: calendar("W", shifts=[
            weekly(1), weekly(1, "b", "13:59")])),
        ("shift_calendars[0].shifts", lambda: calendar("W", shifts=[
            weekly(7, "n", "22:00", 1440), weekly(1)])),
        ("shift_calendars[0].shifts[0].weekday", lambda: calendar("W", shifts=[weekly(0)])),
        ("shift_calendars[0].shifts[0].time.name", lambda: calendar("W", shifts=[weekly(1, "")])),
        ("shift_calendars[0].shifts[0].time.start", lambda: calendar("W", shifts=[weekly(1, "a", "24:00")])),
        ("shift_calendars[0].shifts[0].time.start", lambda: calendar("W", shifts=[weekly(1, "a", "6:00")])),
        ("shift_calendars[0].shifts[0].time.duration_minutes", lambda: calendar(
            "W", shifts=[weekly(1, minutes=1441)])),
        ("shift_calendars[0].exceptions[0].date", lambda: calendar(
            "W", exceptions=[masterdata.ShiftException(date="2026-02-29")])),
        ("shift_calendars[0].exceptions[1].date", lambda: calendar(
            "W", exceptions=[masterdata.ShiftException(date="2028-02-29")] * 2)),
        ("work_centers[0].efficiency_percent", lambda: work_center("W", efficiency_percent=1001)),
        ("locations[0].usage", lambda: location("W", usage=0)),
        ("locations[0].quarantine", lambda: location(
            "W", usage=masterdata.LOCATION_USAGE_VIEW, quarantine=True)),
        ("business_partners[0].country", lambda: partner("W", country="de")),
        ("business_partners[0].roles[0]", lambda: partner("W", roles=[0])),
        ("business_partners[0].tax_id", lambda: partner("W", tax_id="x" * 65)),
        ("supplier_items[0].lead_time_days", lambda: supplier_item("W", "S", "I", lead_time_days=3651)),
        ("supplier_items[0].prices[0].unit_price", lambda: supplier_item("W", "S", "I", prices=[
            price(minimum_quantity="0", unit_price="-1", currency="EUR")])),
        ("supplier_items[0].prices[0].currency", lambda: supplier_item("W", "S", "I", prices=[
            price(minimum_quantity="0", unit_price="1")])),
        ("supplier_items[0].prices[0].effective_until", lambda: supplier_item("W", "S", "I", prices=[
            price(minimum_quantity="0", unit_price="1", currency="EUR", effective_from=at(NOON),
                  effective_until=at(NOON))])),
        ("routings[0].operations", lambda: routing("W")),
        ("routings[0].operations", lambda: routing("W", *[operation(n, "P") for n in range(1, 202)])),
        ("routings[0].operations[1].number", lambda: routing("W", operation(1, "P"), operation(1, "P"))),
        ("routings[0].operations[0].number", lambda: routing("W", operation(0, "P"))),
        ("routings[0].operations[0].description", lambda: routing("W", operation(1, "P", ""))),
        ("bills_of_material[0].type", lambda: bill("W", "PART", type=0)),
        ("bills_of_material[0].priority", lambda: bill("W", "PART", priority=-1)),
        ("bills_of_material[0].quantity.value", lambda: bill("W", "PART", quantity=quantity(0))),
        ("bills_of_material[0].lines", lambda: bill("W", "PART", *[line(n, "P") for n in range(1, 502)])),
        ("bills_of_material[0].lines[0].line", lambda: bill("W", "PART", line(0, "P"))),
        ("bills_of_material[0].lines[1].line", lambda: bill("W", "PART", line(1, "P"), line(1, "Q"))),
        ("bills_of_material[0].routing", lambda: bill("W", "PART", line(1, "P", operation=10))),
        ("bills_of_material[0].by_products[0].item", lambda: bill("W", "PART", by_products=[
            masterdata.ByProduct(item="PART", quantity=quantity(1))])),
        ("bills_of_material[0].subcontractors", lambda: bill("W", "PART", subcontractors=["S"])),
    ]


def _without(record, field):
    record.ClearField(field)
    return record


@pytest.mark.parametrize("field, record", _wrong(), ids=lambda each: each if isinstance(each, str) else "")
def test_a_wrong_field_is_named_and_nothing_else(steward, field, record):
    rejection = steward.reject(record())
    assert rejection.reason == "INVALID_FIELDS"
    assert [each.field for each in rejection.violations] == [field]


def test_a_date_that_can_not_be_read_is_not_said_to_be_there_twice(steward):
    wrong = calendar("W", exceptions=[masterdata.ShiftException(date=date) for date in ("never", "ever")])
    rules = [each.rule for each in steward.reject(wrong).violations]
    assert len(rules) == 2, rules


# Effective dates

def test_a_record_holds_until_a_moment_after_it_begins(steward):
    code = fresh()
    for until in (NOON, NOON - 1):
        rejection = steward.reject(partner(code, effective_from=at(NOON), effective_until=at(until)))
        assert [each.field for each in rejection.violations] == ["business_partners[0].head.effective_until"]
    steward.accept(partner(code, effective_from=at(NOON), effective_until=at(NOON, 1_000)))
    for only in ({"effective_from": at(NOON)}, {"effective_until": at(NOON)}, {}):
        steward.accept(partner(code, **only))
        assert said(steward.read(PARTNER, code)) == partner(code, **only)


def test_moments_that_are_none_are_refused(steward):
    for wrong in (at(NOON, -1), at(NOON, 1_000_000_000), at(2**62), at(-2**62)):
        rejection = steward.reject(partner(fresh(), effective_from=wrong))
        assert [each.field for each in rejection.violations] == ["business_partners[0].head.effective_from"]


# Lists

@pytest.fixture(scope="module")
def crowd(steward):
    """1,203 partners of all life cycles, in their order."""
    codes = sorted((f"crowd/{'é' if number % 2 else 'e'}{number:04}" for number in range(1_203)),
                   key=lambda code: code.encode())
    for start in range(0, len(codes), 500):
        steward.accept(*[partner(code, (DRAFT, RELEASED, WITHDRAWN)[int(code[-4:]) % 3])
                         for code in codes[start:start + 500]])
    return codes


@pytest.mark.parametrize("size", [7, 99, 100, 101, 401, 499, 500])
def test_pages_of_any_size_make_the_same_list(steward, crowd, size):
    assert steward.codes(PARTNER, size, code_prefix="crowd/") == crowd


def test_a_page_is_never_larger_and_no_token_comes_after_the_last_entry(steward, crowd):
    for size, wanted in ((0, 100), (1, 1), (401, 401)):
        assert len(steward.page(PARTNER, "", size, code_prefix="crowd/")[0]) == wanted
    found, token = steward.page(PARTNER, "", 401, code_prefix="crowd/é0")
    assert (len(found), token != "") == (401, True)
    found, token = steward.page(PARTNER, token, 100, code_prefix="crowd/é0")
    assert (len(found), token) == (99, "")


def test_pages_have_only_the_life_cycles_asked_for(steward, crowd):
    for kept, life_cycles in ((401, [DRAFT]), (802, [RELEASED, WITHDRAWN]), (1_203, [])):
        found = steward.codes(PARTNER, 100, code_prefix="crowd/", life_cycles=life_cycles)
        assert len(found) == kept and found == sorted(found, key=str.encode)


def test_prefixes_in_any_language_are_exact(steward, crowd):
    assert steward.codes(PARTNER, code_prefix="crowd/é") == [code for code in crowd if "é" in code]
    assert steward.codes(PARTNER, code_prefix="crowd/e") == [code for code in crowd if "é" not in code]
    assert steward.codes(PARTNER, code_prefix="CROWD/") == []


def test_a_page_token_is_for_the_same_filters_only(steward, neighbour, crowd):
    _, token = steward.page(PARTNER, size=10, code_prefix="crowd/")
    for call in (lambda: steward.page(PARTNER, token),
                 lambda: steward.page(PARTNER, token, code_prefix="crowd/e"),
                 lambda: steward.page(PARTNER, token, code_prefix="crowd/", life_cycles=[DRAFT]),
                 lambda: neighbour.page(PARTNER, token, code_prefix="crowd/"),
                 lambda: steward.page(PARTNER, token[:-1], code_prefix="crowd"),
                 lambda: steward.page(PARTNER, "\0", code_prefix="crowd/")):
        assert list(refused(call).fields) == ["page.page_token"]


def test_a_page_token_is_for_its_own_list_only(steward, crowd):
    _, token = steward.page(PARTNER, size=1)
    assert list(refused(lambda: steward.page(UNIT, token)).fields) == ["page.page_token"]


@pytest.mark.parametrize("size", [-1, 501, 2**31 - 1])
def test_a_page_has_at_most_500_entries(steward, size):
    assert list(refused(lambda: steward.page(PARTNER, size=size)).fields) == ["page.page_size"]


def test_a_list_is_of_three_life_cycles_that_there_are(steward):
    for life_cycles, field in (([0], "life_cycles[0]"), ([RELEASED, 9], "life_cycles[1]"),
                               ([RELEASED] * 4, "life_cycles")):
        found = refused(lambda life_cycles=life_cycles: steward.page(PARTNER, life_cycles=life_cycles))
        assert list(found.fields) == [field]


def test_large_records_are_listed_in_several_pages_and_not_got_all_at_once(neighbour):
    every_hour = [shift("ä" * 64, f"{hour:02}:00", 60) for hour in range(24)]
    days = [masterdata.ShiftException(date=f"2030-{month:02}-{day:02}", shifts=every_hour)
            for month in range(1, 13) for day in range(1, 29)]
    codes = [f"large-{number:02}" for number in range(20)]
    for code in codes:
        neighbour.accept(calendar(code, shifts=[], exceptions=days[:70]))
    assert neighbour.codes(CALENDAR, code_prefix="large-") == codes
    found = refused(lambda: neighbour.get(CALENDAR, *codes))
    assert found.reason == "ANSWER_TOO_LARGE"
    assert len(neighbour.get(CALENDAR, *codes[:10])[0]) == 10


# Shifts

def _shifts(steward, begin, end, **fields):
    found = steward.stub.ListShifts(masterdata.ListShiftsRequest(
        site=steward.site, until=at(end), **{"from": at(begin)}, **fields)).shifts
    return [(each.name, each.date, each.ends_at.seconds - each.begins_at.seconds) for each in found]


def test_nights_in_which_the_clocks_change_are_shorter_or_longer(steward):
    steward.accept(calendar("nights", shifts=[
        weekly(day, "night", "22:00", 480) for day in range(1, 8)]))
    steward.accept(site(shift_calendar="nights"))
    # Midnight in Berlin: from 28 to 29 March 2026, and from 24 to 25 October.
    spring, autumn = 1_774_738_800, 1_792_879_200
    assert _shifts(steward, spring, spring + 1) == [("night", "2026-03-28", 7 * 3_600)]
    assert _shifts(steward, autumn, autumn + 1) == [("night", "2026-10-24", 9 * 3_600)]


def test_a_shift_is_told_when_one_moment_of_it_is_asked_for(steward):
    steward.accept(calendar("early", shifts=[weekly(masterdata.WEEKDAY_MONDAY)]))
    steward.accept(site(shift_calendar="early"))
    # 6:00 in Berlin on Monday, 28 September 2026.
    begin, end = 1_790_568_000, 1_790_568_000 + 8 * 3_600
    early = [("early", "2026-09-28", 8 * 3_600)]
    assert _shifts(steward, begin - 10, begin) == []
    assert _shifts(steward, begin - 10, begin + 1) == early
    assert _shifts(steward, end - 1, end + 10) == early
    assert _shifts(steward, end, end + 10) == []


def test_shifts_of_a_year_at_most(steward):
    steward.accept(site(shift_calendar="week"))
    assert len(_shifts(steward, NOON, NOON + 366 * 86_400)) in (52, 53)
    for end in (NOON, NOON + 366 * 86_400 + 1):
        assert list(refused(lambda end=end: _shifts(steward, NOON, end)).fields) == ["until"]
