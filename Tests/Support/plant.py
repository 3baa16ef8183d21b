"""One plant on loopback: OdooSandbox, the services and the Gateway as real processes.

The Gateway reaches the sandbox over a wire that tests can cut; people reach it directly.
"""

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import grpc

from Support import odoo as odoo_people
from Support.client import Client
from Support.odoo import Odoo
from Support.principals import HEADER, key_id, mint
from Support.programs import Program, free_port, run
from Support.wire import Wire

SITE = "PLANT1"
OTHER_SITE = "PLANT2"
"""A site that Production has and that the ordinary test key is not granted."""
FURTHER_HOUSES = {"inventory": ("masterdata", "quality"), "procurement": ("masterdata", "production"),
                  "quality": ("production", "inventory", "procurement")}
"""The services beside MasterData and Production, and what each of them follows."""
WIDEST_LIMITS = [
    "--calls-per-second", "100000", "--burst", "1000000", "--concurrent-calls", "10000"]
"""A partner with them is not held back: for tests of something else."""


class Plant:
    """Everything of one test plant lives in one folder and on free ports."""

    def __init__(self, folder: Path, *, horizon_days: int = 14, tolerance: str = "10",
                 authority=None, unknown_codes: dict | None = None,
                 master_data: bool = False, ownership_approval_sites=(), all_houses: bool = False,
                 inventory: dict | None = None, procurement: dict | None = None):
        self.folder = folder
        self.master_data = master_data
        """Whether MasterData is filled from Odoo; otherwise by whoever calls it."""
        self.authority = authority
        """Issues the certificates of all programs; None: everybody speaks in the clear."""
        folder.mkdir(parents=True, exist_ok=True)
        self.production_port, self.gateway_port, self.sandbox_port, self.wire_port = (
            free_port(), free_port(), free_port(), free_port())
        self.unknown_codes = unknown_codes
        """What Production does with unknown codes by site; None: it follows no master data."""
        self.ownership_approval_sites = ownership_approval_sites
        """Sites at which a second person approves who owns what."""
        self.all_houses = all_houses
        """Whether Inventory, Procurement and Quality are there, and followed; they are not always needed."""
        self.ports = {name: free_port() for name in ("masterdata", *FURTHER_HOUSES)}
        self.site_settings = {"inventory": inventory or {}, "procurement": procurement or {}, "quality": {}}
        """What the houses' configurations say of each site beside its code."""
        run("millrace", "keys", "create", "--directory", str(folder))
        (folder / "odoo-api-key").write_text(odoo_people.API_KEY + "\n")
        (folder / "odoo-api-key").chmod(0o600)
        self.masterdata = self._program("millrace-masterdata", self._masterdata())
        self.production = self._program("millrace-production", self._production(tolerance))
        self.houses = {name: self._program(f"millrace-{name}", self._house(name))
                       for name in FURTHER_HOUSES if all_houses}
        """Inventory, Procurement and Quality, by name."""
        self.gateway = self._program("millrace-gateway", self._gateway(horizon_days))
        self.admin_key = self._first_admin_key()
        self.key = ""
        """The key of an ordinary MES, once the plant runs."""
        self.sandbox = Program("millrace-odoo-sandbox", self._sandbox(), folder)
        self.odoo = Odoo("127.0.0.1", self.sandbox_port)
        self.wire = None
        self._clients = []
        self._edits_by_people = set()

    # Settings

    def _program(self, name: str, settings: dict) -> Program:
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(settings, indent=2))
        return Program(name, ["--config", str(path)], self.folder)

    def _sandbox(self) -> list:
        return [
            "--port", str(self.sandbox_port), "--database", odoo_people.DATABASE,
            "--login", odoo_people.LOGIN, "--api-key", odoo_people.API_KEY]

    def _production(self, tolerance: str) -> dict:
        settings = {
            "listen": {"host": "127.0.0.1", "port": self.production_port,
                       **self._tls("production", clients="required")},
            "database": str(self.folder / "production.sqlite"),
            "principalKeysFile": str(self._believed_keys("production")),
            "archiveAfterDays": 365,
            "sites": [
                {"code": code, "overProductionTolerancePercent": tolerance}
                for code in (SITE, OTHER_SITE)],
        }
        if self.unknown_codes:
            for site in settings["sites"]:
                site["unknownCodes"] = self.unknown_codes[site["code"]]
            settings["masterdata"] = self._followed("masterdata", by="production")
        if self.all_houses:
            settings["quality"] = self._followed("quality", by="production")
        return settings

    def _house(self, name: str) -> dict:
        """One of Inventory, Procurement and Quality."""
        return {
            "listen": {"host": "127.0.0.1", "port": self.ports[name], **self._tls(name, clients="required")},
            "database": str(self.folder / f"{name}.sqlite"),
            "principalKeysFile": str(self._believed_keys(name)),
            "sites": [{"code": code, **self.site_settings[name]} for code in (SITE, OTHER_SITE)],
            **{other: self._followed(other, by=name) for other in FURTHER_HOUSES[name]
               if other != "masterdata" or self.unknown_codes},
        }

    def _followed(self, house: str, *, by: str) -> dict:
        """Where a service finds another one that it follows, and a key of its own by which it is believed there."""
        keys = self.folder / f"{by}-keys"
        if not keys.exists():
            keys.mkdir()
            run("millrace", "keys", "create", "--directory", str(keys))
        # Nobody but those that it follows believes it.
        run("millrace", "keys", "publish", str(keys / "principal-keys.json"), "--into",
            str(self._believed_keys(house)))
        port = self.production_port if house == "production" else self.ports[house]
        return {"host": "127.0.0.1", "port": port, **self._trust(f"{by}-client"),
                "signingKeyFile": str(keys / "principal-signing-key.pem")}

    def _masterdata(self) -> dict:
        approval = self.ownership_approval_sites
        return {
            **({"ownershipApprovalSites": list(approval)} if approval else {}),
            "listen": {"host": "127.0.0.1", "port": self.ports["masterdata"],
                       **self._tls("masterdata", clients="required")},
            "database": str(self.folder / "masterdata.sqlite"),
            "principalKeysFile": str(self._believed_keys("masterdata")),
            "sites": [SITE, OTHER_SITE],
        }

    def _believed_keys(self, house: str) -> Path:
        """The public keys that a service believes: the Gateway's, and those of services that follow it."""
        if house == "production" and not self.all_houses:
            return self.folder / "principal-keys.json"
        file = self.folder / f"{house}-principal-keys.json"
        if not file.exists():
            shutil.copy(self.folder / "principal-keys.json", file)
        return file

    def _gateway(self, horizon_days: int) -> dict:
        return {
            "listen": {"host": "127.0.0.1", "port": self.gateway_port, **self._tls("gateway", clients="optional")},
            "database": str(self.folder / "gateway.sqlite"),
            "signingKeyFile": str(self.folder / "principal-signing-key.pem"),
            "services": {
                name: {"host": "127.0.0.1", "port": port, **self._trust("gateway-client")}
                for name, port in {"production": self.production_port, **self.ports}.items()
                if self.all_houses or name not in FURTHER_HOUSES},
            "odoo": [{
                "site": SITE,
                "url": f"http://127.0.0.1:{self.wire_port}",
                "database": odoo_people.DATABASE,
                "login": odoo_people.LOGIN,
                "apiKeyFile": str(self.folder / "odoo-api-key"),
                "warehouseCode": "WH",
                "releaseHorizonDays": horizon_days,
                "pollIntervalMilliseconds": 200,
                "postingIntervalMilliseconds": 100,
                "masterDataPollIntervalMilliseconds": 200 if self.master_data else 0,
                "deletionCheckIntervalSeconds": 2 if self.master_data else 600,
                "requestTimeoutSeconds": 60,
            }],
        }

    def _tls(self, name: str, clients: str = "none") -> dict:
        """A server's certificate, and whether it asks for others."""
        if not self.authority:
            return {}
        issued = self.authority.server(name)
        tls = {"certificateChainFile": str(issued.certificate), "privateKeyFile": str(issued.key)}
        if clients != "none":
            tls |= {"clientCertificates": clients,
                    "clientAuthoritiesFile": str(self.authority.certificate)}
        return {"tls": tls}

    def _trust(self, name: str) -> dict:
        """What a client trusts and shows."""
        if not self.authority:
            return {}
        issued = self.authority.client(name)
        return {"tls": {"authoritiesFile": str(self.authority.certificate),
                        "certificateChainFile": str(issued.certificate),
                        "privateKeyFile": str(issued.key)}}

    def _credentials(self):
        if not self.authority:
            return None
        issued = self.authority.client("caller")
        return grpc.ssl_channel_credentials(
            self.authority.certificate.read_bytes(), issued.key.read_bytes(),
            issued.certificate.read_bytes())

    # Keys and callers

    def _first_admin_key(self) -> str:
        """As somebody at the machine makes it, before the Gateway runs."""
        key = run("millrace-gateway", "--config", str(self.folder / "millrace-gateway.json"),
                  "--issue-admin-key", "admin").strip()
        path = self.folder / "admin-api-key"
        path.write_text(key + "\n")
        path.chmod(0o600)
        return key

    def administer(self, *arguments: str, api_key_file: Path | None = None) -> str:
        """Runs a command of the platform team's tool on the Gateway; what it prints."""
        where = ["--gateway", f"127.0.0.1:{self.gateway_port}",
                 "--api-key-file", str(api_key_file or self.folder / "admin-api-key")]
        if self.authority:
            where += ["--authorities-file", str(self.authority.certificate)]
        return run("millrace", *arguments, *where)

    def issue_key(self, partner: str, *sites: str, roles=("mes", "planner"),
                  limits=()) -> str:
        """A key of a partner that is as said from now on."""
        arguments = ["partner", "put", partner]
        for site in sites:
            arguments += ["--site", site]
        for role in roles:
            arguments += ["--role", role]
        self.administer(*arguments, *(limits or WIDEST_LIMITS))
        return self.administer("key", "issue", partner).strip()

    def mes(self, key: str | None = None, **options) -> Client:
        """A partner's client, through the Gateway."""
        metadata = [("authorization", f"Bearer {key or self.key}")]
        return self.keep(Client(
            f"127.0.0.1:{self.gateway_port}", metadata, credentials=self._credentials(),
            **options))

    def anonymous(self, issued=None) -> Client:
        """A client of the Gateway without a key, with a certificate of its own or none."""
        credentials = grpc.ssl_channel_credentials(
            self.authority.certificate.read_bytes(), issued and issued.key.read_bytes(),
            issued and issued.certificate.read_bytes())
        return self.keep(Client(f"127.0.0.1:{self.gateway_port}", credentials=credentials))

    def admin(self) -> Client:
        """An administrator's client."""
        return self.mes(self.admin_key)

    def principal(self, **claims) -> str:
        """A principal signed with the Gateway's own key."""
        return mint((self.folder / "principal-signing-key.pem").read_text(),
                    key_id(self.folder / "principal-keys.json"), **claims)

    def direct(self, principal: str | None = None, *, house: str = "production", **claims) -> Client:
        """A client of Production itself, or of another service, past the Gateway."""
        if house != "production":
            claims.setdefault("aud", f"millrace.{house}")
        token = principal if principal is not None else self.principal(**claims)
        port = self.production_port if house == "production" else self.ports[house]
        return self.keep(
            Client(f"127.0.0.1:{port}", [(HEADER, token)] if token else [],
                   credentials=self._credentials()))

    def system_of_record(self) -> Client:
        """Production's caller who may release orders."""
        return self.direct(
            kind="integration", subject="gateway-odoo", sites=(SITE, OTHER_SITE))

    def keep(self, client: Client) -> Client:
        """Closes a client when the plant ends."""
        self._clients.append(client)
        return client

    def refusals_on_record(self, service: str) -> set:
        """Who was refused, and why, as a service's audit log has it."""
        with contextlib.closing(sqlite3.connect(self.folder / f"{service}.sqlite")) as records:
            return set(records.execute(
                "SELECT principal, outcome FROM rs_audit WHERE outcome <> ''"))

    # People

    def by_hand(self, action, *arguments):
        """Lets a person do something; what that edits in posted documents is the person's own doing.

        The Gateway must be standing still, or waiting for the very call the person is quicker than.
        """
        before = len(self.odoo.edits())
        try:
            return action(*arguments)
        finally:
            self._edits_by_people.update(range(before, len(self.odoo.edits())))

    def edits(self) -> list:
        """Changes to posted documents that no person has made."""
        return [edit for place, edit in enumerate(self.odoo.edits())
                if place not in self._edits_by_people]

    # Running

    @property
    def programs(self) -> list:
        return [self.sandbox, *self.services]

    @property
    def services(self) -> list:
        """Millrace's own programs, the Gateway last."""
        return [self.masterdata, self.production, *self.houses.values(), self.gateway]

    def start(self) -> "Plant":
        self.wire = Wire(self.sandbox_port, self.wire_port)
        for program in self.programs:
            program.start()
        self.key = self.issue_key("mes-line-1", SITE)
        return self

    def stop(self):
        """Ends everything; fails when a program had ended by itself before."""
        gone = [each.name for each in self.programs if not each.is_running]
        for client in self._clients:
            client.close()
        for program in reversed(self.programs):
            program.stop()
        self.wire.close()
        assert not gone, f"{gone} had ended by itself:\n" + "\n".join(
            each.output() for each in self.programs if each.name in gone)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            for program in self.programs:
                if program.is_running:
                    program.kill()
            raise

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        else:
            for program in self.programs:
                if program.is_running:
                    program.kill()
