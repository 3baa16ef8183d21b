"""Principals as the Gateway mints them, and as it never would."""

import json
import time
from pathlib import Path

import jwt

AUDIENCE = "millrace.production"
ISSUER = "millrace-gateway"
HEADER = "millrace-principal"


def key_id(public_keys: Path) -> str:
    """The identifier of the newest public key."""
    return json.loads(public_keys.read_text())["keys"][-1]["kid"]


def mint(signing_key: str, kid: str, *, kind="partner", subject="mes-test", sites=("PLANT1",),
         seconds=240, algorithm="EdDSA", **claims) -> str:
    """A signed principal; claims and headers can be spoiled for tests that must be refused."""
    now = int(time.time())
    body = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + seconds,
            "kind": kind, "sites": sites if isinstance(sites, str) else list(sites), **claims}
    body = {name: value for name, value in body.items() if value is not None}
    return jwt.encode(body, signing_key, algorithm=algorithm, headers={"kid": kid})
