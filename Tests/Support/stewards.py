"""Who looks after master data: records of every kind, and a client that puts, gets and lists them all the same way."""

import dataclasses

import grpc

from Support.client import refusal
from Support.plant import SITE
from Support.stubs import common, masterdata

DRAFT, RELEASED, WITHDRAWN = (
    masterdata.LIFE_CYCLE_DRAFT, masterdata.LIFE_CYCLE_RELEASED, masterdata.LIFE_CYCLE_WITHDRAWN)
ACCEPTED, DUPLICATE, REJECTED = (
    common.RECEIPT_ACCEPTED, common.RECEIPT_DUPLICATE, common.RECEIPT_REJECTED)


@dataclasses.dataclass(frozen=True)
class Kind:
    """How the RPCs of a kind of records are called."""

    message: type
    plural: str
    """As in UpsertItems."""

    @property
    def many(self) -> str:
        """The field of requests and responses: "items"."""
        request = getattr(masterdata, f"Upsert{self.plural}Request")
        return request.DESCRIPTOR.fields_by_number[2].name

    @property
    def one(self) -> str:
        """The field of a Record: "item"."""
        return next(field.name for field in masterdata.Record.DESCRIPTOR.fields
                    if field.message_type == self.message.DESCRIPTOR)

    @property
    def number(self) -> int:
        """Of the enumeration of kinds."""
        return masterdata.RecordKind.Value(f"RECORD_KIND_{self.one.upper()}")

    def request(self, verb: str, **fields):
        """A request of one of its RPCs."""
        return getattr(masterdata, f"{verb}{self.plural}Request")(**fields)

    def upsert(self, records, site=SITE, **options):
        """A request that says how records are to be."""
        return self.request("Upsert", site=site, **{self.many: records}, **options)


UNIT, ITEM, PLACE, CALENDAR, WORK_CENTER, WAREHOUSE, LOCATION, PARTNER, SUPPLIER_ITEM, ROUTING, BILL = KINDS = (
    Kind(masterdata.Unit, "Units"), Kind(masterdata.Item, "Items"), Kind(masterdata.Site, "Sites"),
    Kind(masterdata.ShiftCalendar, "ShiftCalendars"), Kind(masterdata.WorkCenter, "WorkCenters"),
    Kind(masterdata.Warehouse, "Warehouses"), Kind(masterdata.Location, "Locations"),
    Kind(masterdata.BusinessPartner, "BusinessPartners"),
    Kind(masterdata.SupplierItem, "SupplierItems"), Kind(masterdata.Routing, "Routings"),
    Kind(masterdata.BillOfMaterial, "BillsOfMaterial"))
OF_ALL_SITES = (UNIT, ITEM, PARTNER)


def kind_of(record) -> Kind:
    """The kind of a record."""
    return next(kind for kind in KINDS if isinstance(record, kind.message))


class Steward:
    """A caller that acts on behalf of one site."""

    def __init__(self, stub, site=SITE):
        self.stub = stub
        self.site = site
        self._told = ""

    def put(self, *records, **options) -> list:
        """Says how records of one kind are to be; their outcomes."""
        kind = kind_of(records[0])
        request = kind.upsert(records, self.site, **options)
        return list(getattr(self.stub, f"Upsert{kind.plural}")(request).outcomes)

    def accept(self, *records) -> list:
        """Puts records of which none may be rejected."""
        outcomes = self.put(*records)
        assert all(each.receipt != REJECTED for each in outcomes), outcomes
        return outcomes

    def reject(self, record, **options):
        """Puts a record that must be rejected; why it was."""
        outcome, = self.put(record, **options)
        assert outcome.receipt == REJECTED, outcome
        return outcome.rejection

    def get(self, kind: Kind, *codes):
        """Records by their codes, and the codes of which there is none."""
        found = getattr(self.stub, f"Get{kind.plural}")(
            kind.request("Get", site=self.site, codes=codes))
        return list(getattr(found, kind.many)), list(found.missing_codes)

    def read(self, kind: Kind, code: str):
        """A record that must be there."""
        (record,), missing = self.get(kind, code)
        assert not missing
        return record

    def page(self, kind: Kind, token="", size=0, **filters):
        """One page of a kind: its records, and the token of the next."""
        answer = getattr(self.stub, f"List{kind.plural}")(kind.request(
            "List", site=self.site, page=common.PageRequest(page_size=size, page_token=token),
            **filters))
        return list(getattr(answer, kind.many)), answer.page.next_page_token

    def codes(self, kind: Kind, size=500, **filters) -> list:
        """The codes of all records that fit, page by page."""
        found, token = self.page(kind, "", size, **filters)
        while token:
            more, token = self.page(kind, token, size, **filters)
            found += more
        return [each.head.code for each in found]

    def changes(self, token="", kinds=()):
        """What a watcher is told until all has been told; and its token then."""
        stream = self.stub.WatchChanges(masterdata.WatchChangesRequest(
            site=self.site, resume_token=token, kinds=kinds), timeout=120)
        seen = []
        for change in stream:
            if not change.HasField("record"):
                stream.cancel()
                return seen, change.resume_token
            seen.append(record_in(change.record))
        raise AssertionError("the watch ended by itself")

    def now(self) -> str:
        """The token with which a watcher is told what happens from now on."""
        _, self._told = self.changes(self._told)
        return self._told


def record_in(record):
    """What a Record holds."""
    return getattr(record, record.WhichOneof("content"))


def as_record(record):
    """A Record that holds it."""
    field = next(field.name for field in masterdata.Record.DESCRIPTOR.fields
                 if field.message_type == record.DESCRIPTOR)
    return masterdata.Record(**{field: record})


def is_refused(call) -> str:
    """Why a call is refused, also by what lies between; empty when it is not."""
    try:
        call()
    except grpc.RpcError as error:
        return refusal(error).reason or error.code().name
    return ""


# Records with everything right; whatever is named is another way.

def head(code, life_cycle=RELEASED, **fields):
    return masterdata.RecordHead(code=code, life_cycle=life_cycle, **fields)


def quantity(value, unit="Units"):
    return common.Quantity(value=str(value), unit=unit)


def _record(message, code, defaults, life_cycle=RELEASED, fields=None):
    fields = dict(fields or {})
    about = {name: fields.pop(name) for name in ("effective_from", "effective_until", "etag")
             if name in fields}
    return message(head=head(code, life_cycle, **about), **{**defaults, **fields})


def unit(code, numerator=1, denominator=1, life_cycle=RELEASED, **fields):
    return _record(masterdata.Unit, code, {
        "category": "count", "rounding": "1",
        "reference_ratio": masterdata.Ratio(numerator=numerator, denominator=denominator),
    }, life_cycle, fields)


def item(code, life_cycle=RELEASED, **fields):
    return _record(masterdata.Item, code, {
        "description": f"Item {code}"[:256], "tracking": common.TRACKING_NONE, "unit": "Units",
    }, life_cycle, fields)


def site(code=SITE, life_cycle=RELEASED, **fields):
    return _record(masterdata.Site, code, {
        "description": "A plant", "time_zone": "Europe/Berlin", "currency": "EUR",
        "manufacturing_steps": masterdata.MANUFACTURING_STEPS_ONE}, life_cycle, fields)


def shift(name, start, minutes):
    return masterdata.ShiftTime(name=name, start=start, duration_minutes=minutes)


def weekly(weekday, name="early", start="06:00", minutes=480):
    return masterdata.WeeklyShift(weekday=weekday, time=shift(name, start, minutes))


def calendar(code, life_cycle=RELEASED, **fields):
    return _record(masterdata.ShiftCalendar, code, {
        "description": "A week", "shifts": [weekly(masterdata.WEEKDAY_MONDAY)]}, life_cycle, fields)


def work_center(code, life_cycle=RELEASED, **fields):
    return _record(masterdata.WorkCenter, code, {"description": "A press"}, life_cycle, fields)


def warehouse(code, life_cycle=RELEASED, **fields):
    return _record(masterdata.Warehouse, code, {"description": "A hall"}, life_cycle, fields)


def location(code, life_cycle=RELEASED, **fields):
    return _record(masterdata.Location, code, {
        "description": "A shelf", "usage": masterdata.LOCATION_USAGE_INTERNAL}, life_cycle, fields)


def partner(code, life_cycle=RELEASED, **fields):
    return _record(masterdata.BusinessPartner, code, {
        "description": "A company", "roles": [masterdata.PARTNER_ROLE_SUPPLIER]}, life_cycle, fields)


def supplier_item(code, supplier, item, life_cycle=RELEASED, **fields):
    return _record(masterdata.SupplierItem, code, {"supplier": supplier, "item": item},
                   life_cycle, fields)


def operation(number, work_center, description="press"):
    return masterdata.RoutingOperation(
        number=number, description=description, work_center=work_center)


def routing(code, *operations, life_cycle=RELEASED, **fields):
    return _record(masterdata.Routing, code, {
        "description": "A way", "operations": operations}, life_cycle, fields)


def line(number, item, value=1, unit="Units", operation=0):
    return masterdata.BillLine(
        line=number, item=item, quantity=quantity(value, unit), operation=operation)


def bill(code, item, *lines, life_cycle=RELEASED, **fields):
    return _record(masterdata.BillOfMaterial, code, {
        "item": item, "type": masterdata.BILL_TYPE_NORMAL, "quantity": quantity(1),
        "lines": lines}, life_cycle, fields)


def mapping(code, /, system="mes", kind=None, life_cycle=RELEASED, **fields):
    return _record(masterdata.MappingRule, code, {
        "system": system, "kind": (kind or ITEM).number}, life_cycle, fields)


def ownership(code, subject, owner, life_cycle=RELEASED, **fields):
    return _record(masterdata.OwnershipRule, code, {"subject": subject, "owner": owner},
                   life_cycle, fields)
