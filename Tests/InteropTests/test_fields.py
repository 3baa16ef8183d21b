"""Every field of every request, wrong in every way its contract names: refused by name, nothing stored.

The table below is written from the comments in proto/. Each line spoils one field of a request that is
right otherwise; the refusal must name that field.
"""

import copy
import dataclasses
import time

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor

from Support import facts
from Support.client import refused
from Support.plant import SITE
from Support.stubs import events, gateway, production

Code = grpc.StatusCode
NOW = int(time.time())

SITES = ["", " ", "x" * 33, "PLANT 1", "PLANT1\n", "PLÄNT", "PLANT1\x00"]
"""Not 1 to 32 characters of A-Z a-z 0-9 . _ -"""
IDENTIFIERS = ["", "x" * 65, "a b", "a\x00b", "a\tb", "ä", "a\x7f"]
"""Not 1 to 64 visible ASCII characters."""
CODES = ["", "x" * 65, "a b", "a/b", "ä", "a\x00"]
"""Not 1 to 64 characters of A-Z a-z 0-9 . _ -"""
TEXTS = ["", "x" * 65, "a\x00b", "a\nb"]
"""Not 1 to 64 visible characters."""
NUMBERS = [
    "", " ", "-1", "-0.000001", "+1", "1e3", "1.", ".5", "1,5", " 1", "1 ", "0x10", "NaN", "Infinity",
    "1234567890123", "0.1234567", "١", "1\x00", "--1", "1.2.3", "9" * 400]
"""Not a decimal of at most 12 and 6 digits that is zero or more."""
INSTANTS = [
    {"seconds": 0}, {"seconds": 946684799, "nanos": 999999999}, {"seconds": NOW + 2 * 86400},
    {"seconds": NOW, "nanos": -1}, {"seconds": NOW, "nanos": 1000000000}, {"seconds": 2**62},
    {"seconds": -(2**62)}, {"seconds": 253402300800}]
"""Not between 2000-01-01 and one day from now, or no instant at all."""
NO_INSTANTS = [INSTANTS[3], INSTANTS[4], INSTANTS[5], INSTANTS[6]]
PAGE_SIZES = [-1, 501, 2**31 - 1, -(2**31)]
TOKENS = ["x", "AAAA", "=" * 8, "ä", "x" * 5000, "\x00", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
MISSING = object()


@dataclasses.dataclass
class Case:
    path: str
    value: object
    field: str
    """The path the refusal must name."""

    def __str__(self):
        text = "missing" if self.value is MISSING else repr(self.value)
        return f"{self.path}={text[:40]}"


def wrong(path, *groups, field=None):
    values = [value for group in groups
              for value in (group if isinstance(group, list) else [group])]
    return [Case(path, value, field or path) for value in values]


def page_and_site():
    return [*wrong("site", SITES), *wrong("page.page_size", PAGE_SIZES),
            *wrong("page.page_token", TOKENS)]


def fact_header():
    return [
        *wrong("header", MISSING),
        *wrong("header.source_system", CODES),
        *wrong("header.source_event_id", IDENTIFIERS),
        *wrong("header.source_sequence", [-1, -(2**63)]),
        *wrong("header.occurred_at", MISSING, INSTANTS),
        *wrong("header.correlation_id", ["x" * 129, "a\nb", "ä", "a\x00"]),
    ]


CASES = {
    "ReportProduction": [
        *wrong("site", SITES), *fact_header(),
        *wrong("order_name", IDENTIFIERS),
        *wrong("operation", ["x" * 65, "a\x00b", "a\nb"]),
        *wrong("good.value", NUMBERS), *wrong("good.unit", TEXTS),
        *wrong("scrap.value", NUMBERS), *wrong("scrap.unit", TEXTS),
        Case("good", MISSING, "good"),
    ],
    "AcknowledgeOrder": [
        *wrong("site", SITES), *wrong("request_id", IDENTIFIERS),
        *wrong("order_name", IDENTIFIERS),
    ],
    "GetOrder": [*wrong("site", SITES), *wrong("order_name", IDENTIFIERS)],
    "ListOrders": [
        *page_and_site(), *wrong("states", [[0], [99], [-1]], field="states[0]"),
        *wrong("states", [[1] * 9], field="states")],
    "ListReports": [*page_and_site(), *wrong("order_name", IDENTIFIERS[1:])],
    "WatchOrders": [*wrong("site", SITES), *wrong("resume_token", TOKENS)],
    "ListCases": page_and_site(),
    "ListPostings": page_and_site(),
    "GetOdooStatus": wrong("site", SITES),
    "ReleaseOrder": [
        *wrong("site", SITES), *wrong("request_id", IDENTIFIERS),
        *wrong("order_name", IDENTIFIERS), *wrong("item_code", TEXTS),
        *wrong("planned_quantity", MISSING),
        *wrong("planned_quantity.value", NUMBERS, "0", "0.000000"),
        *wrong("planned_quantity.unit", TEXTS),
        *wrong("components.0.line", [0, -1, -(2**31)], field="components[0].line"),
        *wrong("components.1.line", 1, field="components[1].line"),
        *wrong("components.0.item_code", TEXTS, field="components[0].item_code"),
        *wrong("components.0.demand", MISSING, field="components[0].demand"),
        *wrong("components.0.demand.value", NUMBERS, field="components[0].demand.value"),
        *wrong("components.0.demand.unit", TEXTS, field="components[0].demand.unit"),
        *wrong("components.0.unit_rounding", NUMBERS, "0", field="components[0].unit_rounding"),
        *wrong("components.0.operation", ["Nowhere", "x" * 65],
               field="components[0].operation"),
        *wrong("components.0.tracking", [0, 99, -1], field="components[0].tracking"),
        *wrong("operations.0.code", TEXTS, field="operations[0].code"),
        *wrong("operations.1.code", "Cut", field="operations[1].code"),
        *wrong("operations.0.position", [0, -1], field="operations[0].position"),
        *wrong("operations.1.position", 1, field="operations[1].position"),
        *wrong("operations.0.work_center_code", ["x" * 65, "a\x00"],
               field="operations[0].work_center_code"),
        *wrong("operations.0.expected_duration_seconds", [-1, -(2**63)],
               field="operations[0].expected_duration_seconds"),
        *wrong("reporting_operation", ["Nowhere", "x" * 65]),
        *wrong("planned_start_at", MISSING, NO_INSTANTS),
        *wrong("due_at", NO_INSTANTS),
        *wrong("tracking", [0, 99, -1]),
    ],
    "Subscribe": [
        *wrong("consumer", CODES), *wrong("resume_token", TOKENS),
        *wrong("site", SITES[1:]), *wrong("event_types", [["x"] * 33], field="event_types"),
        *wrong("event_types", [["a b"], [""]], field="event_types[0]")],
    "Acknowledge": [*wrong("consumer", CODES), *wrong("resume_token", "", TOKENS)],
    "ReportOutcome": [
        *wrong("site", SITES), *wrong("order_name", IDENTIFIERS),
        *wrong("revision", [0, -1]), *wrong("state", [0, 99]),
        *wrong("covers_through_sequence", -1), *wrong("booked_through_sequence", -1),
        *wrong("booked_through_sequence", 6),
        *wrong("reason", ["x" * 5000, "lower case"]), *wrong("document", "x" * 5000),
    ],
}
EVERY = [pytest.param(method, case, id=f"{method}-{case}")
         for method, cases in CASES.items() for case in cases]

TYPES = {
    "ReportProduction": production.ReportProductionRequest,
    "AcknowledgeOrder": production.AcknowledgeOrderRequest,
    "GetOrder": production.GetOrderRequest,
    "ListOrders": production.ListOrdersRequest,
    "ListReports": production.ListReportsRequest,
    "WatchOrders": production.WatchOrdersRequest,
    "ReleaseOrder": production.ReleaseOrderRequest,
    "ListCases": gateway.ListCasesRequest,
    "ListPostings": gateway.ListPostingsRequest,
    "GetOdooStatus": gateway.GetOdooStatusRequest,
    "Subscribe": events.SubscribeRequest,
    "Acknowledge": events.AcknowledgeRequest,
    "ReportOutcome": events.ReportOutcomeRequest,
}


@pytest.fixture(scope="module")
def call(mes, record):
    """Sends a request by the name of its method: to the Gateway, or straight to Production what the
    Gateway does not offer to partners.
    """
    def send(method, request):
        if method in ("ReleaseOrder",):
            return record.production.ReleaseOrder(request)
        if method in ("Subscribe", "Acknowledge", "ReportOutcome"):
            return getattr(record.events, method)(request)
        service = mes.gateway if method in ("ListCases", "ListPostings", "GetOdooStatus") else (
            mes.production)
        return getattr(service, method)(request)
    return send


@pytest.fixture(scope="module")
def right(orders):
    """A request of each method with every field right."""
    order = orders.acknowledged()
    plain = {"site": SITE, "page": {"page_size": 10}}
    release = facts.release(facts.unique("MO"))
    release.due_at.FromSeconds(NOW + 86400)
    return {
        "ReportProduction": as_dict(facts.report(order, 1, operation="Assemble")),
        "AcknowledgeOrder": as_dict(facts.acknowledge(order)),
        "GetOrder": {"site": SITE, "order_name": order},
        "ListOrders": plain, "ListReports": plain, "ListCases": plain, "ListPostings": plain,
        "WatchOrders": {"site": SITE}, "GetOdooStatus": {"site": SITE},
        "ReleaseOrder": as_dict(release),
        "Subscribe": {"consumer": "test"}, "Acknowledge": {"consumer": "test"},
        "ReportOutcome": {
            "site": SITE, "order_name": order, "revision": 1, "state": 2,
            "covers_through_sequence": 5, "booked_through_sequence": 0},
    }


def as_dict(message) -> dict:
    """A message as plain values; instants as seconds and nanos."""
    found = {}
    for field, value in message.ListFields():
        repeated = field.is_repeated
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            found[field.name] = [as_dict(each) for each in value] if repeated else as_dict(value)
        else:
            found[field.name] = list(value) if repeated else value
    return found


def spoil(values: dict, path: str, value) -> dict:
    """The same values with one of them replaced or left out."""
    spoiled = copy.deepcopy(values)
    *way, last = path.split(".")
    inner = spoiled
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner.setdefault(step, {})
    if value is MISSING:
        inner.pop(last, None)
    else:
        inner[last] = value
    return spoiled


def message(kind, values: dict):
    """Builds a message from plain values, whatever they are."""
    built = kind()
    fill(built, values)
    return built


def fill(target, values: dict):
    for name, value in values.items():
        field = target.DESCRIPTOR.fields_by_name[name]
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            if field.is_repeated:
                for each in value:
                    fill(getattr(target, name).add(), each)
            else:
                getattr(target, name).SetInParent()
                fill(getattr(target, name), value)
        elif field.is_repeated:
            getattr(target, name).extend(value)
        else:
            setattr(target, name, value)


@pytest.mark.parametrize("method, case", EVERY)
def test_a_wrong_field_is_refused_by_name(call, right, nothing_stored, method, case):
    request = message(TYPES[method], spoil(right[method], case.path, case.value))
    found = refused(lambda: call(method, request))
    if case.path == "good" and case.value is MISSING:
        # Neither good nor scrap in a report that is not final.
        assert found.code == Code.INVALID_ARGUMENT and found.fields, found
        return
    assert found.code == Code.INVALID_ARGUMENT, found
    assert case.field in found.fields, found
    assert all(text for texts in found.fields.values() for text in texts), found


def test_all_violations_of_a_request_are_named_at_once(call, right, nothing_stored):
    values = right["ReportProduction"]
    for path, value in (("header.source_event_id", ""), ("header.source_system", "a b"),
                        ("header.occurred_at.nanos", -1), ("order_name", ""),
                        ("good.value", "-1"), ("scrap.unit", "")):
        values = spoil(values, path, value)
    found = refused(lambda: call(
        "ReportProduction", message(TYPES["ReportProduction"], values)))
    assert found.code == Code.INVALID_ARGUMENT
    assert set(found.fields) == {
        "header.source_event_id", "header.source_system", "header.occurred_at", "order_name",
        "good.value", "scrap.unit"}


def test_too_many_lines_are_refused(call, right, nothing_stored):
    component = right["ReleaseOrder"]["components"][0]
    operation = right["ReleaseOrder"]["operations"][0]
    many = spoil(right["ReleaseOrder"], "components",
                 [{**component, "line": line} for line in range(1, 1002)])
    found = refused(lambda: call("ReleaseOrder", message(TYPES["ReleaseOrder"], many)))
    assert found.code == Code.INVALID_ARGUMENT and "components" in found.fields, found
    many = spoil(right["ReleaseOrder"], "operations",
                 [{**operation, "code": f"op-{n}", "position": n} for n in range(1, 202)])
    found = refused(lambda: call("ReleaseOrder", message(TYPES["ReleaseOrder"], many)))
    assert found.code == Code.INVALID_ARGUMENT and "operations" in found.fields, found


@pytest.mark.parametrize("method", list(TYPES))
def test_an_empty_request_is_refused(call, nothing_stored, method):
    found = refused(lambda: call(method, TYPES[method]()))
    assert found.code == Code.INVALID_ARGUMENT and found.fields, found


WIRE_TYPES = {
    FieldDescriptor.TYPE_STRING: 2, FieldDescriptor.TYPE_BYTES: 2, FieldDescriptor.TYPE_MESSAGE: 2,
    FieldDescriptor.TYPE_INT32: 0, FieldDescriptor.TYPE_INT64: 0, FieldDescriptor.TYPE_BOOL: 0,
    FieldDescriptor.TYPE_ENUM: 0,
}


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


@pytest.mark.parametrize("method", ["ReportProduction", "AcknowledgeOrder", "GetOrder",
                                    "ListOrders", "ListReports"])
def test_a_field_of_the_wrong_type_is_refused(mes, right, nothing_stored, method):
    """Each field once with each wire type that is not its own."""
    path = f"/millrace.production.v1.ProductionService/{method}"
    whole = message(TYPES[method], right[method]).SerializeToString()
    contents = {0: varint(1), 1: b"\x01" * 8, 2: b"\x01\x01", 3: b"", 5: b"\x01" * 4}
    for field in TYPES[method].DESCRIPTOR.fields:
        own = {WIRE_TYPES[field.type]} | ({2} if field.is_repeated else set())
        for wire, content in contents.items():
            if wire in own:
                continue
            spoiled = whole + varint(field.number << 3 | wire) + content
            found = refused(lambda: mes.send_bytes(path, spoiled))
            assert found.code == Code.INVALID_ARGUMENT, (field.name, wire, found)


@pytest.mark.parametrize("spoiled", [
    b"\x0a", b"\x0a\x05PLAN", b"\x0a\xff\xff\xff\xff\x0f", b"\x00\x00", b"\xff" * 11,
    b"\x0a\x02\xc3\x28", b"\x0a\x01\x00", b"\x0a\x03\xed\xa0\x80", b"\x0b\x0c",
    b"\x12\x02\x0a\x00\x12\x02\x0a\x00", b"\x0a\x06PLANT1" + b"\x12\x00" * 50_000,
], ids=["tag alone", "cut", "huge length", "field zero", "overlong tag", "bad UTF-8", "NUL",
        "surrogate", "group", "header twice", "bomb"])
def test_a_broken_message_is_refused(mes, nothing_stored, spoiled):
    found = refused(lambda: mes.send_bytes(
        "/millrace.production.v1.ProductionService/ReportProduction", spoiled))
    assert found.code in (Code.INVALID_ARGUMENT, Code.RESOURCE_EXHAUSTED), found


def test_fields_of_a_newer_contract_are_ignored(mes, orders):
    """A later client may say more than this server knows."""
    order = orders.acknowledged()
    request = facts.report(order, 1).SerializeToString() + varint(900 << 3 | 2) + b"\x03new"
    answer = production.ReportProductionResponse.FromString(mes.send_bytes(
        "/millrace.production.v1.ProductionService/ReportProduction", request))
    assert answer.sequence > 0


def test_both_zero_is_allowed_only_in_a_final_report(call, orders):
    order = orders.acknowledged()
    found = refused(lambda: call("ReportProduction", facts.report(order, 0)))
    assert found.code == Code.INVALID_ARGUMENT
    answer = call("ReportProduction", facts.report(order, 0, final=True))
    assert answer.order_state == production.ORDER_STATE_COMPLETED


def test_a_final_report_of_an_earlier_operation_is_refused(call, orders):
    order = orders.acknowledged()
    found = refused(lambda: call(
        "ReportProduction", facts.report(order, 1, operation="Cut", final=True)))
    assert found.code in (Code.INVALID_ARGUMENT, Code.FAILED_PRECONDITION), found


def test_the_largest_and_the_smallest_values_are_taken(mes, record):
    """The other side of each limit: nothing right is refused."""
    name = "M" * 58 + facts.unique("-")[-6:]
    request = facts.release(name, "999999999999.999999")
    request.item_code = "ä" * 64
    request.components[0].demand.value = "0"
    record.production.ReleaseOrder(request)
    mes.production.AcknowledgeOrder(facts.acknowledge(name, request_id=facts.unique("x" * 50)))
    report = facts.report(name, "0.000001")
    report.header.correlation_id = "~" * 128
    report.header.source_system = "x" * 64
    report.header.source_sequence = 2**63 - 1
    report.header.occurred_at.FromSeconds(946684800)
    mes.production.ReportProduction(report)
    found = mes.production.ListReports(
        production.ListReportsRequest(site=SITE, order_name=name)).reports[0]
    assert found.header == report.header
    assert found.good.value == "0.000001"

