"""Every method of the contracts with a request for any object, so that none can be left out of a test."""

import dataclasses
import functools
import itertools
import re

import grpc
from google.protobuf import descriptor_pool, message_factory, text_format
from google.rpc import error_details_pb2  # noqa: F401  (lets details be printed field by field)
from grpc_status import rpc_status

from Support import facts
from Support.client import refusal
from Support.external_tokens import ISSUER
from Support.paths import PROTO
from Support.stubs import (
    audit, common, events, gateway, genealogy, inventory, masterdata, partners, procurement, production,
    quality, revocations, tokens, timestamp, usage, versions)

PACKAGE = "millrace.gateway.v1"
_numbers = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Target:
    """What a call is about; each method takes of it what it has a field for."""

    name: str
    site: str = "NOWHERE"
    order: str = "MO/NOBODYS"
    partner: str = "nobody"
    credential: str = "0" * 16

    def without(self, text: str) -> str:
        """A refusal without what its caller has sent itself."""
        sent = {each for each in dataclasses.astuple(self)[1:] if len(each) > 1}
        for each in sorted(sent, key=len, reverse=True):
            text = text.replace(each, "…")
        return text


@functools.cache
def methods() -> dict:
    """`package.Service/Method` to its descriptor, of all contracts."""
    pool = descriptor_pool.Default()
    files = (pool.FindFileByName(str(path.relative_to(PROTO)))
             for path in sorted(PROTO.glob("millrace/**/*.proto")))
    return {f"{service.full_name}/{method.name}": method
            for file in files for service in file.services_by_name.values()
            for method in service.methods}


def short(method: str) -> str:
    """The method's name alone: they are unique among the contracts."""
    return method.partition("/")[2]


def _partner(target):
    # For anybody but an administrator this asks for more than it has.
    return partners.Partner(
        name=target.partner, sites=["PLANT1"], roles=["admin"], limits=partners.CallLimits(
            calls_per_second=100_000, burst=1_000_000, concurrent_calls=10_000))


def _token(target):
    return partners.TokenCredential(issuer=ISSUER, subject=target.partner)


def _command() -> str:
    return f"command-{next(_numbers)}"


def _head(code, life_cycle=masterdata.LIFE_CYCLE_RELEASED):
    return masterdata.RecordHead(code=code, life_cycle=life_cycle)


def _draft(code):
    return _head(code, masterdata.LIFE_CYCLE_DRAFT)


def _one(unit="Units"):
    return common.Quantity(value="1", unit=unit)


_SHIFT = masterdata.ShiftTime(name="day", start="06:00", duration_minutes=480)
_MAPPING = masterdata.MappingRule(
    head=_head("rule"), system="mes", kind=masterdata.RECORD_KIND_ITEM, code="17", target="ITEM")
_OWNERSHIP = masterdata.OwnershipRule(head=_draft("rule"), subject="routing", owner="nobody")
_RECORDS = {
    "Units": masterdata.Unit(
        head=_head("Units"), category="count",
        reference_ratio=masterdata.Ratio(numerator=1, denominator=1), rounding="1"),
    "Items": masterdata.Item(
        head=_draft("ITEM"), description="an item", tracking=common.TRACKING_NONE, unit="Units"),
    "Sites": masterdata.Site(
        head=_head("PLANT1"), description="a plant", time_zone="Europe/Berlin", currency="EUR",
        shift_calendar="week",
        manufacturing_steps=masterdata.MANUFACTURING_STEPS_ONE),
    "ShiftCalendars": masterdata.ShiftCalendar(
        head=_head("week"), description="a week",
        shifts=[masterdata.WeeklyShift(weekday=masterdata.WEEKDAY_MONDAY, time=_SHIFT)]),
    "WorkCenters": masterdata.WorkCenter(head=_head("PRESS"), description="a press"),
    "Warehouses": masterdata.Warehouse(head=_head("WH"), description="a warehouse"),
    "Locations": masterdata.Location(
        head=_head("WH/Stock"), description="stock", usage=masterdata.LOCATION_USAGE_INTERNAL),
    "BusinessPartners": masterdata.BusinessPartner(
        head=_head("V-1"), description="a supplier", roles=[masterdata.PARTNER_ROLE_SUPPLIER]),
    "SupplierItems": masterdata.SupplierItem(head=_draft("V-1/ITEM"), supplier="V-1", item="ITEM"),
    "Routings": masterdata.Routing(
        head=_draft("ROUTE"), description="a routing", operations=[
            masterdata.RoutingOperation(number=10, description="press", work_center="PRESS")]),
    "BillsOfMaterial": masterdata.BillOfMaterial(
        head=_draft("ITEM/A"), item="ITEM", type=masterdata.BILL_TYPE_NORMAL, quantity=_one(),
        lines=[masterdata.BillLine(line=1, item="PART", quantity=_one())]),
}
"""A record of every kind with the name of its RPCs."""


def _upsert(plural, site):
    request = getattr(masterdata, f"Upsert{plural}Request")
    field = request.DESCRIPTOR.fields_by_number[2].name
    return request(site=site, **{field: [_RECORDS[plural]]})


def _of_records(plural):
    """The three RPCs of a kind of records."""
    get, listing = (getattr(masterdata, f"{verb}{plural}Request") for verb in ("Get", "List"))
    code = _RECORDS[plural].head.code
    return {
        f"Upsert{plural}": lambda to: _upsert(plural, to.site),
        f"Get{plural}": lambda to: get(site=to.site, codes=[code]),
        f"List{plural}": lambda to: listing(site=to.site),
    }


_NOBODY = "0" * 32
"""An identifier that nothing has."""
_LATER = timestamp.Timestamp(seconds=1_790_000_000)
_LOT = quality.HoldTarget(lot=quality.LotTarget(item_code="ITEM", lot="L-1"))
_TRACED = common.TracedMaterial(item_code="FG-VALVE", lot="T-1")


def _movement():
    return inventory.MovementReport(
        header=facts.header(), type=inventory.MOVEMENT_TYPE_RECEIPT, item_code="ITEM",
        to_location="WH/Stock", quantity=_one())


def _order_line():
    return procurement.PurchaseOrderLine(
        line=1, item_code="ITEM", quantity=_one(), unit_price="1",
        schedule=[procurement.ScheduleLine(quantity=_one(), due_at=_LATER)])


def _notice(to):
    return procurement.SubmitShipNoticeRequest(
        site=to.site, header=facts.header(), notice_number="N-1", supplier_code="V-1", packages=[
            procurement.Package(sscc="376104250021234569", contents=[
                procurement.PackageContent(order_name="NOBODYS", line=1, quantity=_one())])])


_INSPECTION = quality.InspectionPlan(sample_size=1, characteristics=[
    quality.Characteristic(code="SURFACE", kind=quality.CHARACTERISTIC_KIND_ATTRIBUTE)])

_FURTHER_HOUSES = {
    "WatchGenealogy": lambda to: genealogy.WatchGenealogyRequest(site=to.site),
    "ReportGenealogy": lambda to: production.ReportGenealogyRequest(
        site=to.site, header=facts.header(), order_name=to.order, produced=_TRACED, consumed=[
            production.ConsumedMaterial(
                material=common.TracedMaterial(item_code="RM-STEEL", lot="C-1"), quantity=_one())]),
    "ReportShortage": lambda to: production.ReportShortageRequest(
        site=to.site, header=facts.header(), item_code="ITEM", quantity=_one()),
    "WatchShortages": lambda to: production.WatchShortagesRequest(site=to.site),
    "ChangeReleasedOrder": lambda to: production.ChangeReleasedOrderRequest(
        site=to.site, request_id=_command(), order_name=to.order, planned_quantity=_one(),
        planned_start_at=_LATER),
    "AcknowledgeChange": lambda to: production.AcknowledgeChangeRequest(
        site=to.site, request_id=_command(), order_name=to.order, change_number=1, accept=True),
    "CancelOrder": lambda to: production.CancelOrderRequest(
        site=to.site, request_id=_command(), order_name=to.order, reason="withdrawn",
        ending=production.ORDER_ENDING_GIVEN_UP),
    **{f"{verb}WorkOrder": lambda to, verb=verb: getattr(production, f"{verb}WorkOrderRequest")(
        site=to.site, header=facts.header(), order_name=to.order, operation="NOBODYS")
       for verb in ("Start", "Pause", "Resume", "Complete")},
    "ReportProductionBatch": lambda to: production.ReportProductionBatchRequest(
        site=to.site, reports=[facts.report(to.order, 1, site=to.site)]),
    "StreamReports": lambda to: production.StreamReportsRequest(
        offset=1, report=facts.report(to.order, 1, site=to.site)),
    "ListWorkOrders": lambda to: production.ListWorkOrdersRequest(site=to.site),
    "WatchWorkOrders": lambda to: production.WatchWorkOrdersRequest(site=to.site),
    "ListProductionCases": lambda to: production.ListProductionCasesRequest(site=to.site),
    "ResolveProductionCase": lambda to: production.ResolveProductionCaseRequest(
        site=to.site, request_id=_command(), case_id=_NOBODY, revision=1, reason="decided",
        resolution=production.PRODUCTION_CASE_RESOLUTION_DISCARD),
    # Inventory
    "RecordMovement": lambda to: inventory.RecordMovementRequest(site=to.site, movement=_movement()),
    "RecordMovementBatch": lambda to: inventory.RecordMovementBatchRequest(
        site=to.site, movements=[_movement()]),
    "ReverseMovement": lambda to: inventory.ReverseMovementRequest(
        site=to.site, header=facts.header(), movement_id=_NOBODY, reason="wrong"),
    "SettleMovement": lambda to: inventory.SettleMovementRequest(
        site=to.site, request_id=_command(), movement_id=_NOBODY,
        settlement=inventory.SETTLEMENT_DISCARD, reason="wrong"),
    "GetMovement": lambda to: inventory.GetMovementRequest(site=to.site, movement_id=_NOBODY),
    "ListMovements": lambda to: inventory.ListMovementsRequest(site=to.site),
    "ListSequenceGaps": lambda to: inventory.ListSequenceGapsRequest(site=to.site),
    "SubmitCount": lambda to: inventory.SubmitCountRequest(
        site=to.site, header=facts.header(), location="WH/Stock", lines=[
            inventory.CountLine(item_code="ITEM", quantity=_one())]),
    "ListVariances": lambda to: inventory.ListVariancesRequest(site=to.site, count_id=_NOBODY),
    "ApproveAdjustment": lambda to: inventory.ApproveAdjustmentRequest(
        site=to.site, request_id=_command(), count_id=_NOBODY, reason="counted twice",
        variances=[inventory.ApprovedVariance(item_code="ITEM", variance="1")]),
    "ListBalances": lambda to: inventory.ListBalancesRequest(site=to.site),
    "GetBalances": lambda to: inventory.GetBalancesRequest(site=to.site, keys=[
        inventory.BalanceKey(location="WH/Stock", item_code="ITEM")]),
    "CheckAvailability": lambda to: inventory.CheckAvailabilityRequest(site=to.site, questions=[
        inventory.AvailabilityQuestion(item_code="ITEM", quantity="1")]),
    "WatchBalances": lambda to: inventory.WatchBalancesRequest(site=to.site),
    "ListInventoryCases": lambda to: inventory.ListInventoryCasesRequest(site=to.site),
    # Quality
    "CreateInspection": lambda to: quality.CreateInspectionRequest(
        site=to.site, request_id=_command(), subject=_LOT, plan=_INSPECTION),
    "SubmitResults": lambda to: quality.SubmitResultsRequest(
        site=to.site, header=facts.header(), inspection_id=_NOBODY, results=[
            quality.InspectionResult(sample=1, characteristic="SURFACE", passed=True)]),
    "CompleteInspection": lambda to: quality.CompleteInspectionRequest(
        site=to.site, request_id=_command(), inspection_id=_NOBODY),
    "CancelInspection": lambda to: quality.CancelInspectionRequest(
        site=to.site, request_id=_command(), inspection_id=_NOBODY, reason="wrong"),
    "GetInspection": lambda to: quality.GetInspectionRequest(site=to.site, inspection_id=_NOBODY),
    "ListInspections": lambda to: quality.ListInspectionsRequest(site=to.site),
    "RaiseNonconformance": lambda to: quality.RaiseNonconformanceRequest(
        site=to.site, request_id=_command(), subject=_LOT, description="too thin"),
    "ReviewNonconformance": lambda to: quality.ReviewNonconformanceRequest(
        site=to.site, request_id=_command(), nonconformance_id=_NOBODY),
    "DispositionNonconformance": lambda to: quality.DispositionNonconformanceRequest(
        site=to.site, request_id=_command(), nonconformance_id=_NOBODY,
        disposition=quality.DISPOSITION_REWORK, reason="can be mended"),
    "VerifyNonconformance": lambda to: quality.VerifyNonconformanceRequest(
        site=to.site, request_id=_command(), nonconformance_id=_NOBODY),
    "CloseNonconformance": lambda to: quality.CloseNonconformanceRequest(
        site=to.site, request_id=_command(), nonconformance_id=_NOBODY),
    "GetNonconformance": lambda to: quality.GetNonconformanceRequest(
        site=to.site, nonconformance_id=_NOBODY),
    "ListNonconformances": lambda to: quality.ListNonconformancesRequest(site=to.site),
    "PlaceHold": lambda to: quality.PlaceHoldRequest(
        site=to.site, request_id=_command(), target=quality.HoldTarget(supplier_code="V-9"),
        reason="cracks"),
    "ReleaseHold": lambda to: quality.ReleaseHoldRequest(
        site=to.site, request_id=_command(), hold_id=_NOBODY, reason="looked at"),
    "GetHold": lambda to: quality.GetHoldRequest(site=to.site, hold_id=_NOBODY),
    "ListHolds": lambda to: quality.ListHoldsRequest(site=to.site),
    "WatchHolds": lambda to: quality.WatchHoldsRequest(site=to.site),
    "TraceLot": lambda to: quality.TraceLotRequest(site=to.site, material=_TRACED),
    # Procurement
    "PublishPurchaseOrder": lambda to: procurement.PublishPurchaseOrderRequest(
        site=to.site, request_id=_command(), order_name=_command(), supplier_code="V-1",
        currency="EUR", lines=[_order_line()]),
    "ChangePurchaseOrder": lambda to: procurement.ChangePurchaseOrderRequest(
        site=to.site, request_id=_command(), order_name="NOBODYS", content_revision=1,
        lines=[_order_line()]),
    "AcknowledgePurchaseOrder": lambda to: procurement.AcknowledgePurchaseOrderRequest(
        site=to.site, request_id=_command(), order_name="NOBODYS"),
    "ConfirmPurchaseOrder": lambda to: procurement.ConfirmPurchaseOrderRequest(
        site=to.site, request_id=_command(), order_name="NOBODYS", content_revision=1, lines=[
            procurement.LineConfirmation(line=1, answer=procurement.LINE_ANSWER_ACCEPTED)]),
    "AcceptConfirmation": lambda to: procurement.AcceptConfirmationRequest(
        site=to.site, request_id=_command(), order_name="NOBODYS", number=1),
    "RejectConfirmation": lambda to: procurement.RejectConfirmationRequest(
        site=to.site, request_id=_command(), order_name="NOBODYS", number=1, reason="too late"),
    "CancelPurchaseOrder": lambda to: procurement.CancelPurchaseOrderRequest(
        site=to.site, request_id=_command(), order_name="NOBODYS", reason="not needed"),
    "ClosePurchaseOrder": lambda to: procurement.ClosePurchaseOrderRequest(
        site=to.site, request_id=_command(), order_name="NOBODYS", reason="paid"),
    "GetPurchaseOrder": lambda to: procurement.GetPurchaseOrderRequest(
        site=to.site, order_name="NOBODYS"),
    "ListPurchaseOrders": lambda to: procurement.ListPurchaseOrdersRequest(site=to.site),
    "WatchPurchaseOrders": lambda to: procurement.WatchPurchaseOrdersRequest(site=to.site),
    "SubmitShipNotice": _notice,
    "CancelShipNotice": lambda to: procurement.CancelShipNoticeRequest(
        site=to.site, request_id=_command(), supplier_code="V-1", notice_number="N-1",
        reason="wrong truck"),
    "ReportMilestone": lambda to: procurement.ReportMilestoneRequest(
        site=to.site, header=facts.header(), supplier_code="V-1", notice_number="N-1",
        kind=procurement.MILESTONE_KIND_DEPARTED),
    "GetShipNotice": lambda to: procurement.GetShipNoticeRequest(
        site=to.site, supplier_code="V-1", notice_number="N-1"),
    "ListShipNotices": lambda to: procurement.ListShipNoticesRequest(site=to.site),
    "RecordReceipt": lambda to: procurement.RecordReceiptRequest(
        site=to.site, header=facts.header(), supplier_code="V-1", items=[
            procurement.ReceivedItem(order_name="NOBODYS", line=1, quantity=_one())]),
    "ListDiscrepancies": lambda to: procurement.ListDiscrepanciesRequest(site=to.site),
    "SettleDiscrepancy": lambda to: procurement.SettleDiscrepancyRequest(
        site=to.site, request_id=_command(), discrepancy_id=_NOBODY, settlement="credit note"),
    "SubmitForecast": lambda to: procurement.SubmitForecastRequest(
        site=to.site, header=facts.header(), supplier_code="V-1", lines=[
            procurement.ForecastLine(item_code="ITEM", quantity=_one(), until=_LATER, **{
                "from": timestamp.Timestamp(seconds=1_780_000_000)})]),
    "GetForecast": lambda to: procurement.GetForecastRequest(
        site=to.site, supplier_code="V-1", version=1_000_000),
    "ReportSupplyShortage": lambda to: procurement.ReportSupplyShortageRequest(
        site=to.site, header=facts.header(), item_code="ITEM", quantity=_one()),
    "ListSupplySignals": lambda to: procurement.ListSupplySignalsRequest(site=to.site),
    "CloseSupplySignal": lambda to: procurement.CloseSupplySignalRequest(
        site=to.site, request_id=_command(), signal_id=_NOBODY, reason="ordered"),
}


_REQUESTS = {
    **_FURTHER_HOUSES,
    **{name: make for plural in _RECORDS for name, make in _of_records(plural).items()},
    "ListShifts": lambda to: masterdata.ListShiftsRequest(
        site=to.site, **{"from": timestamp.Timestamp(seconds=1_790_000_000)},
        until=timestamp.Timestamp(seconds=1_790_086_400)),
    "ImportSnapshot": lambda to: masterdata.ImportSnapshotRequest(
        head=masterdata.SnapshotHead(site=to.site)),
    "ResolveCodes": lambda to: masterdata.ResolveCodesRequest(
        site=to.site, system="mes", kind=masterdata.RECORD_KIND_ITEM, codes=["17"]),
    "CreateMappingRules": lambda to: masterdata.CreateMappingRulesRequest(
        site=to.site, mapping_rules=[_MAPPING]),
    "TestMappingRules": lambda to: masterdata.TestMappingRulesRequest(
        site=to.site, mapping_rules=[_MAPPING], system="mes", kind=masterdata.RECORD_KIND_ITEM,
        codes=["17"]),
    "ListMappingRules": lambda to: masterdata.ListMappingRulesRequest(site=to.site),
    "RetireMappingRules": lambda to: masterdata.RetireMappingRulesRequest(
        site=to.site, codes=["rule"]),
    "ListUnmappedCodes": lambda to: masterdata.ListUnmappedCodesRequest(site=to.site),
    "SetOwnershipRules": lambda to: masterdata.SetOwnershipRulesRequest(
        site=to.site, ownership_rules=[_OWNERSHIP]),
    "ApproveOwnershipRules": lambda to: masterdata.ApproveOwnershipRulesRequest(
        site=to.site, ownership_rules=[_OWNERSHIP]),
    "ListOwnershipRules": lambda to: masterdata.ListOwnershipRulesRequest(site=to.site),
    "WatchChanges": lambda to: masterdata.WatchChangesRequest(site=to.site),
    "ReleaseOrder": lambda to: facts.release(to.order, site=to.site),
    "GetOrder": lambda to: production.GetOrderRequest(site=to.site, order_name=to.order),
    "ListOrders": lambda to: production.ListOrdersRequest(site=to.site),
    "WatchOrders": lambda to: production.WatchOrdersRequest(site=to.site),
    "AcknowledgeOrder": lambda to: facts.acknowledge(to.order, site=to.site),
    "ReportProduction": lambda to: facts.report(to.order, 1, site=to.site),
    "ListReports": lambda to: production.ListReportsRequest(site=to.site, order_name=to.order),
    "ListPostings": lambda to: gateway.ListPostingsRequest(site=to.site),
    "ListCases": lambda to: gateway.ListCasesRequest(site=to.site),
    "GetOdooStatus": lambda to: gateway.GetOdooStatusRequest(site=to.site),
    "PutPartner": lambda to: partners.PutPartnerRequest(partner=_partner(to)),
    "ListPartners": lambda to: partners.ListPartnersRequest(
        page=common.PageRequest(page_size=500)),
    "IssueKey": lambda to: partners.IssueKeyRequest(request_id=_command(), partner=to.partner),
    "RegisterCredential": lambda to: partners.RegisterCredentialRequest(
        partner=to.partner, token=_token(to)),
    "RevokeCredential": lambda to: partners.RevokeCredentialRequest(credential_id=to.credential),
    "ListCredentials": lambda to: partners.ListCredentialsRequest(partner=to.partner),
    "ListUsage": lambda to: usage.ListUsageRequest(partner=to.partner),
    "SetVersion": lambda to: versions.SetVersionRequest(version=versions.PackageVersion(
        package=PACKAGE, state=versions.VERSION_STATE_SERVED)),
    "ListVersions": lambda to: versions.ListVersionsRequest(),
    "GetMyDeprecations": lambda to: versions.GetMyDeprecationsRequest(),
    "ListEntries": lambda to: audit.ListEntriesRequest(service="millrace.production"),
    "Exchange": lambda to: tokens.ExchangeRequest(audience="millrace.production"),
    "RevokeInPlantTokens": lambda to: tokens.RevokeInPlantTokensRequest(),
    "PutRevocations": lambda to: revocations.PutRevocationsRequest(source="somebody"),
    "Subscribe": lambda to: events.SubscribeRequest(site=to.site, consumer="somebody"),
    "Acknowledge": lambda to: events.AcknowledgeRequest(consumer="gateway-odoo"),
    "ReportOutcome": lambda to: events.ReportOutcomeRequest(
        site=to.site, order_name=to.order, revision=1_000, state=common.POSTING_STATE_BOOKED,
        covers_through_sequence=1, booked_through_sequence=1, document="WH/MO/0"),
}


def request(method: str, target: Target):
    """A request with every field right; a method that is new here has to be given one."""
    return _REQUESTS[short(method)](target)


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a caller sees of a call's end."""

    code: grpc.StatusCode
    reason: str
    shown: str
    """All text of it: the response, or the status with its details and metadata."""

    @property
    def verdict(self) -> tuple:
        return self.code, self.reason


def _call(client, method: str, message):
    descriptor = methods()[method]
    if descriptor.client_streaming:
        message = iter([message])
    if descriptor.client_streaming and descriptor.server_streaming:
        kind = client.channel.stream_stream
    elif descriptor.client_streaming:
        kind = client.channel.stream_unary
    elif descriptor.server_streaming:
        kind = client.channel.unary_stream
    else:
        kind = client.channel.unary_unary
    make = kind(
        f"/{method}", request_serializer=lambda sent: sent.SerializeToString(),
        response_deserializer=message_factory.GetMessageClass(descriptor.output_type).FromString)
    if not descriptor.server_streaming:
        return make(message)
    stream = make(message)
    first = next(stream)
    stream.cancel()
    return first


def ask(client, method: str, target: Target) -> Answer:
    """Makes one call and reads everything that comes back; of a stream the first message."""
    try:
        response = _call(client, method, request(method, target))
    except grpc.RpcError as error:
        found = refusal(error)
        return Answer(found.code, found.reason, _text(error))
    return Answer(grpc.StatusCode.OK, "", text_format.MessageToString(response, as_utf8=True))


def _text(error: grpc.RpcError) -> str:
    rich = rpc_status.from_call(error)
    beside = [f"{key}: {value}" for key, value in error.trailing_metadata() or ()
              if key != "grpc-status-details-bin"]
    details = text_format.MessageToString(rich) if rich else ""
    # Every call has an identity of its own, which tells nothing.
    details = re.sub('request_id: "[0-9a-f]{32}"', 'request_id: "…"', details)
    return "\n".join([error.details(), details, *beside])
