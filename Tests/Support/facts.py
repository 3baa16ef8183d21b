"""Requests with every field right, and the figures that must follow from them."""

import itertools
import time
import uuid
from decimal import ROUND_HALF_UP, Decimal

from Support.plant import SITE
from Support.stubs import common, production

_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """A name nobody has used yet."""
    return f"{prefix}-{next(_numbers)}-{uuid.uuid4().hex[:6]}"


def quantity(value, unit="Units"):
    return common.Quantity(value=str(value), unit=unit)


def header(event: str | None = None, **fields):
    found = common.FactHeader(
        source_system="mes-test", source_event_id=event or str(uuid.uuid4()), **fields)
    if not found.HasField("occurred_at"):
        found.occurred_at.FromMicroseconds(int(time.time() * 1e6))
    return found


def report(order: str, good=0, scrap=0, *, event=None, site=SITE, unit="Units", **fields):
    """A report of good and scrapped pieces."""
    return production.ReportProductionRequest(
        site=site, header=header(event), order_name=order, good=quantity(good, unit),
        scrap=quantity(scrap, unit), **fields)


def release(order: str, planned="100", *, site=SITE, components=None, operations=None, **fields):
    """An order with two components and two operations."""
    request = production.ReleaseOrderRequest(
        site=site, request_id=unique("release"), order_name=order, item_code="FG-VALVE",
        planned_quantity=quantity(planned), tracking=common.TRACKING_NONE, **fields)
    if components is None:
        components = [
            production.Component(
                line=1, item_code="RM-STEEL", demand=quantity(Decimal(planned) * 2),
                unit_rounding="0.01", tracking=common.TRACKING_NONE),
            production.Component(
                line=2, item_code="RM-OIL", demand=quantity("1.5", "kg"), unit_rounding="0.01",
                tracking=common.TRACKING_NONE)]
    if operations is None:
        operations = [
            production.Operation(code="Cut", position=1, work_center_code="WC-CUT",
                                 expected_duration_seconds=360),
            production.Operation(code="Assemble", position=2, work_center_code="WC-ASY")]
    request.components.extend(components)
    request.operations.extend(operations)
    if not request.HasField("planned_start_at"):
        request.planned_start_at.FromSeconds(int(time.time()))
    return request


def acknowledge(order: str, *, site=SITE, request_id=None):
    return production.AcknowledgeOrderRequest(
        site=site, request_id=request_id or unique("acknowledge"), order_name=order)


def consumption(processed, demand, planned, rounding="0.01") -> Decimal:
    """processed × demand ÷ planned, rounded half up to the unit's rounding."""
    exact = Decimal(processed) * Decimal(demand) / Decimal(planned)
    step = Decimal(rounding)
    return (exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def pages(call, request, entries: str):
    """Every entry of a list, page by page."""
    found = []
    while True:
        answer = call(request)
        found.extend(getattr(answer, entries))
        if not answer.page.next_page_token:
            return found
        request.page.page_token = answer.page.next_page_token
