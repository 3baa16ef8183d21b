"""People in Odoo: what planners and foremen do there, by the same JSON-RPC interface.

Works against OdooSandbox and against a real Odoo 18 alike, but for the protocol of edits, which only
the sandbox has.
"""

import dataclasses
import datetime
import http.client
import itertools
import json
from decimal import Decimal

DATABASE = "plant"
LOGIN = "integration"
API_KEY = "sandbox-api-key"
CALL_SECONDS = 60

OPEN_STATES = ("draft", "confirmed", "progress", "to_close")


class OdooError(Exception):
    """Odoo refused: the error class and its words."""

    def __init__(self, name: str, message: str):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


@dataclasses.dataclass
class Booked:
    """What Odoo holds in posted documents for one chain of orders."""

    good: Decimal
    components: dict
    """Item code to the consumed quantity."""


def decimal(number: float) -> Decimal:
    """A JSON float as the decimal that Odoo shows."""
    return Decimal(repr(round(number, 6))).normalize() + 0


class Odoo:
    """One person, logged in."""

    def __init__(self, host: str, port: int, login: str = LOGIN, key: str = API_KEY):
        self.host, self.port, self.login, self.key = host, port, login, key
        self._ids = itertools.count(1)
        self._uid = None

    # The wire

    def request(self, method: str, path: str, body=None):
        """One HTTP request on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=CALL_SECONDS)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            if answer.status >= 300:
                raise OdooError(f"HTTP {answer.status}", content.decode(errors="replace"))
            return json.loads(content) if content else None
        finally:
            connection.close()

    def rpc(self, service: str, method: str, *args):
        answer = self.request("POST", "/jsonrpc", {
            "jsonrpc": "2.0", "id": next(self._ids), "method": "call",
            "params": {"service": service, "method": method, "args": list(args)}})
        if "error" in answer:
            data = answer["error"]["data"]
            raise OdooError(data["name"], data["message"])
        return answer.get("result")

    def call(self, model: str, method: str, *args, **kwargs):
        if self._uid is None:
            self._uid = self.rpc("common", "login", DATABASE, self.login, self.key)
            if not self._uid:
                raise OdooError("login", f"{self.login} may not log in")
        return self.rpc(
            "object", "execute_kw", DATABASE, self._uid, self.key, model, method, list(args), kwargs)

    def edits(self) -> list:
        """Every change to a posted document since the sandbox was started."""
        return self.request("GET", "/sandbox/edits")["edits"]

    # Master data

    def create(self, model: str, **values) -> int:
        return self.call(model, "create", [values])[0]

    def search_read(self, model: str, domain, fields, order="id"):
        return self.call(model, "search_read", domain, fields=fields, order=order)

    def product(self, code: str, **values) -> int:
        """An item that is kept in stock."""
        return self.create(
            "product.product", name=code.title(), default_code=code, type="consu",
            is_storable=True, **values)

    def bill(self, product: int, lines, operations=()) -> int:
        """A bill of materials: (component, quantity for one) and (operation, work centre, minutes)."""
        template = self.call(
            "product.product", "read", [product], ["product_tmpl_id"])[0]["product_tmpl_id"][0]
        return self.create(
            "mrp.bom", product_tmpl_id=template, product_qty=1, consumption="warning",
            bom_line_ids=[
                [0, 0, {"product_id": component, "product_qty": quantity}]
                for component, quantity in lines],
            operation_ids=[
                [0, 0, {"name": name, "workcenter_id": center, "time_cycle_manual": minutes,
                        "sequence": 10 * place}]
                for place, (name, center, minutes) in enumerate(operations, 1)])

    def stock(self, product: int, quantity: float):
        """Counts a product into the main stock location."""
        location = self.search_read("stock.warehouse", [], ["lot_stock_id"])[0]["lot_stock_id"][0]
        quant = self.call(
            "stock.quant", "create",
            [{"product_id": product, "location_id": location, "inventory_quantity": quantity}],
            context={"inventory_mode": True})
        self.call("stock.quant", "action_apply_inventory", quant)

    # Orders

    def order(self, product: int, quantity: float, days: float = 0, confirm: bool = True, **values):
        """A manufacturing order that starts so many days from now; returns its id and name."""
        start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
        order = self.create(
            "mrp.production", product_id=product, product_qty=quantity,
            date_start=start.strftime("%Y-%m-%d %H:%M:%S"), **values)
        if confirm:
            self.call("mrp.production", "action_confirm", [order])
        return order, self.read_order(order)["name"]

    def read_order(self, order: int) -> dict:
        return self.call(
            "mrp.production", "read", [order],
            ["name", "state", "product_qty", "qty_producing", "qty_produced",
             "procurement_group_id", "backorder_sequence", "move_raw_ids", "workorder_ids"])[0]

    def chain(self, order: int) -> list:
        """The order and its backorders, the first one first."""
        group = self.read_order(order)["procurement_group_id"][0]
        return self.search_read(
            "mrp.production", [["procurement_group_id", "=", group]],
            ["name", "state", "product_qty", "qty_producing", "backorder_sequence"],
            order="backorder_sequence,id")

    def booked(self, order: int) -> Booked:
        """The sum of the posted moves of the order's chain."""
        orders = [each["id"] for each in self.chain(order)]
        moves = self.search_read(
            "stock.move",
            ["&", ["state", "=", "done"], "&", ["scrapped", "=", False],
             "|", ["production_id", "in", orders], ["raw_material_production_id", "in", orders]],
            ["product_id", "quantity", "production_id"])
        good, components = Decimal(0), {}
        for move in moves:
            if move["production_id"]:
                good += decimal(move["quantity"])
            else:
                code = move["product_id"][1].split("]")[0].lstrip("[")
                components[code] = components.get(code, Decimal(0)) + decimal(move["quantity"])
        return Booked(good, components)

    def work_orders(self, order: int) -> list:
        return self.search_read(
            "mrp.workorder", [["production_id", "=", order]],
            ["name", "state", "qty_produced", "duration"])

    def raw_moves(self, order: int) -> list:
        return self.search_read(
            "stock.move", [["raw_material_production_id", "=", order]],
            ["product_id", "product_uom_qty", "quantity", "picked", "state"])

    # People's hands

    def close(self, order: int):
        """Presses "produce all"."""
        self.call("mrp.production", "button_mark_done", [order])

    def close_partly(self, order: int, quantity: float, backorder: bool):
        """Books a part, and keeps the rest open as a backorder or drops it."""
        self.call("mrp.production", "write", [order], {"qty_producing": quantity})
        self.call("mrp.production", "set_qty_producing", [order])
        context = {"skip_backorder": True, "skip_consumption": True, "skip_redirection": True}
        if backorder:
            context["mo_ids_to_backorder"] = [order]
        self.call("mrp.production", "button_mark_done", [order], context=context)

    def cancel(self, order: int):
        self.call("mrp.production", "action_cancel", [order])

    def split(self, order: int, quantities):
        start = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        wizard = self.create(
            "mrp.production.split", production_id=order, counter=len(quantities),
            production_detailed_vals_ids=[
                [0, 0, {"quantity": quantity, "date": start, "user_id": self._uid}]
                for quantity in quantities])
        self.call("mrp.production.split", "action_split", [wizard])

    def change_quantity(self, order: int, quantity: float):
        wizard = self.create("change.production.qty", mo_id=order, product_qty=quantity)
        self.call("change.production.qty", "change_prod_qty", [wizard])

    def type_quantity(self, order: int, quantity: float):
        """Types a produced quantity into the form and saves, without booking."""
        self.call("mrp.production", "write", [order], {"qty_producing": quantity})
        self.call("mrp.production", "set_qty_producing", [order])

    def type_consumption(self, move: int, quantity: float):
        self.call("stock.move", "write", [move], {"quantity": quantity, "picked": True})
