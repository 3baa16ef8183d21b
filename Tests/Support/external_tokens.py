"""Tokens of a partner's identity provider, made by PyJWT and cryptography: good ones, and bad ones
each named by what is wrong. Writes Tests/Fixtures/external-tokens.json, which the Swift tests read:

    .venv/bin/python Tests/Support/external_tokens.py > Tests/Fixtures/external-tokens.json
"""

import base64
import hashlib
import hmac
import json

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

NOW = 1_780_000_000
ISSUER = "https://login.partner.example"
AUDIENCE = "https://millrace.example"
DAY = 86_400
SKEW = 60

KEYS = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "RS256": rsa.generate_private_key(65537, 2048),
}
OTHERS = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "RS256": rsa.generate_private_key(65537, 2048),
}
ALGORITHMS = {name: jwt.get_algorithm_by_name(name) for name in KEYS}
ABSENT = object()


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwk(algorithm: str) -> dict:
    public = json.loads(ALGORITHMS[algorithm].to_jwk(KEYS[algorithm].public_key()))
    return {name: public[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in public} \
        | {"kid": f"key-{algorithm}", "alg": algorithm, "use": "sig"}


def changed(base: dict, changes: dict) -> dict:
    return {name: value for name, value in (base | changes).items() if value is not ABSENT}


def claims(**changes) -> dict:
    return changed({"iss": ISSUER, "aud": AUDIENCE, "sub": "mes-7", "iat": NOW, "nbf": NOW,
                    "exp": NOW + 3600}, changes)


def header(algorithm="EdDSA", **changes) -> dict:
    return changed({"alg": algorithm, "typ": "at+jwt", "kid": f"key-{algorithm}"}, changes)


def raw(head: bytes, body: bytes, algorithm="EdDSA", key=None) -> str:
    content = encode(head) + "." + encode(body)
    key = key or KEYS[algorithm]
    return content + "." + encode(ALGORITHMS[algorithm].sign(content.encode(), key))


def token(head=None, body=None, algorithm="EdDSA", key=None) -> str:
    return raw(json.dumps(head or header(algorithm)).encode(),
               json.dumps(body or claims()).encode(), algorithm, key)


def hmac_token(secret: bytes, kid: str) -> str:
    content = encode(json.dumps(header(alg="HS256", kid=kid)).encode()) + "." \
        + encode(json.dumps(claims()).encode())
    return content + "." + encode(hmac.new(secret, content.encode(), hashlib.sha256).digest())


def good() -> dict:
    cases = {f"PyJWT's own {name}": jwt.encode(
        claims(), key, name, headers={"kid": f"key-{name}", "typ": "at+jwt"})
        for name, key in KEYS.items()}
    cases |= {
        "type in capitals": token(header(typ="AT+JWT")),
        "type with application/": token(header(typ="application/at+jwt")),
        "a list of audiences": token(body=claims(aud=["other", AUDIENCE])),
        "no iat and no nbf": token(body=claims(iat=ABSENT, nbf=ABSENT)),
        "expired within the skew": token(body=claims(iat=NOW - 99, nbf=ABSENT, exp=NOW - SKEW + 1)),
        "not yet valid within the skew": token(body=claims(nbf=NOW + SKEW)),
        "a whole day": token(body=claims(exp=NOW + DAY)),
        "jku, x5u, jwk and x5c that lead nowhere": token(header(
            jku="http://127.0.0.1:1/", x5u="http://127.0.0.1:1/", jwk={"kty": "oct", "k": "AA"},
            x5c=["AA"])),
    }
    return cases


def bad_signatures() -> dict:
    ours = token()
    content, _, signature = ours.rpartition(".")
    cases = {f"{name}: another key": ("signature", token(header(name), algorithm=name,
                                                        key=OTHERS[name])) for name in KEYS}
    cases |= {f"{name}: signature of {other}": ("signature", token(
        header(name), algorithm=other)) for name in KEYS for other in KEYS if name != other}
    body = encode(json.dumps(claims(sub="admin")).encode())
    pem = KEYS["RS256"].public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    point = KEYS["EdDSA"].public_key().public_bytes_raw()
    der = KEYS["ES256"].sign(b"x", ec.ECDSA(jwt.algorithms.hashes.SHA256()))
    es = token(header("ES256"), algorithm="ES256").rpartition(".")[0]
    return cases | {
        "no signature": ("signature", content + "."),
        "short signature": ("signature", content + "." + encode(b"\1" * 63)),
        "long signature": ("signature", content + "." + encode(b"\1" * 65)),
        "zero signature": ("signature", content + "." + encode(bytes(64))),
        "ES256: zero signature": ("signature", es + "." + encode(bytes(64))),
        "ES256: signature in DER": ("signature", es + "." + encode(der)),
        "claims exchanged": ("signature", content.split(".")[0] + "." + body + "." + signature),
        "HMAC with the RSA key as secret": ("algorithm", hmac_token(pem, "key-RS256")),
        "HMAC with the Ed25519 key as secret": ("algorithm", hmac_token(point, "key-EdDSA")),
    }


def bad_headers() -> dict:
    cases = {f"alg {value!r}": ("algorithm", token(header(alg=value)))
             for value in ("none", "None", "NONE", "", "HS256", "ES256", "RS256", "eddsa", "PS256",
                           7, None, ["EdDSA"])}
    cases |= {f"typ {value!r}": ("type", token(header(typ=value)))
              for value in ("JWT", "", "application/jwt", "application/application/at+jwt",
                            "at+jwt ", 1, None, ["at+jwt"])}
    cases |= {f"kid {value!r}": ("unknownKey", token(header(kid=value)))
              for value in ("", "key-eddsa", "../key-EdDSA", "' OR 1=1", 0, None, ["key-EdDSA"])}
    none = encode(json.dumps(header(alg="none")).encode()) + "." \
        + encode(json.dumps(claims()).encode()) + "."
    return cases | {
        "alg none without signature": ("algorithm", none),
        "without alg": ("algorithm", token(header(alg=ABSENT))),
        "without typ": ("type", token(header(typ=ABSENT))),
        "without kid": ("unknownKey", token(header(kid=ABSENT))),
        "crit": ("criticalExtension", token(header(crit=["exp"]))),
        "empty crit": ("criticalExtension", token(header(crit=[]))),
        "crit null": ("criticalExtension", token(header(crit=None))),
        "b64 false": ("criticalExtension", token(header(b64=False, crit=["b64"]))),
        "own key in jwk": ("signature", token(header(
            jwk=jwk("EdDSA")), key=OTHERS["EdDSA"])),
    }


def bad_claims() -> dict:
    cases = {f"iss {value!r}": ("issuer", token(body=claims(iss=value)))
             for value in ("", ISSUER + "/", ISSUER.upper(), 1, None, [ISSUER])}
    cases |= {f"aud {value!r}": ("audience", token(body=claims(aud=value)))
              for value in ("", AUDIENCE + "/", [], ["other"], [AUDIENCE, 1], 1, None, {})}
    cases |= {f"sub {value!r:.9}": ("subject", token(body=claims(sub=value)))
              for value in ("", "x" * 256, 1, None, [])}
    cases |= {f"{name} {value!r}": ("time", token(body=claims(**{name: value})))
              for name in ("exp", "nbf", "iat")
              for value in (str(NOW), None, True, -1, NOW + 0.5, 2**63 - 1, 2**64, [NOW])}
    cases |= {f"without {name}": (reason, token(body=claims(**{name: ABSENT}))) for name, reason in
              (("iss", "issuer"), ("aud", "audience"), ("sub", "subject"), ("exp", "time"))}
    return cases | {
        "expired": ("expired", token(body=claims(iat=NOW - 999, nbf=ABSENT, exp=NOW - SKEW))),
        "nbf in the future": ("notYetValid", token(body=claims(nbf=NOW + SKEW + 1))),
        "iat in the future": ("notYetValid", token(body=claims(iat=NOW + SKEW + 1))),
        "expiry before issue": ("lifetime", token(body=claims(exp=NOW, iat=NOW + 9, nbf=ABSENT))),
        "more than a day": ("lifetime", token(body=claims(exp=NOW + DAY + 1))),
        "more than a day, without start": ("lifetime", token(
            body=claims(exp=NOW + DAY + 1, iat=ABSENT, nbf=ABSENT))),
    }


def bad_forms() -> dict:
    ours = token()
    head, body, signature = ours.split(".")
    one, two = json.dumps(header()).encode(), json.dumps(claims()).encode()
    texts = {
        "nothing": "", "one part": head, "two parts": f"{head}.{body}",
        "four parts": ours + ".", "five parts, as a JWE has": ours + ".AA.AA",
        "space before": " " + ours, "space behind": ours + " ", "a line's end behind": ours + "\n",
        "padding": f"{head}.{body}.{signature}==",
        "the other alphabet": f"{head}.{body}.+/{signature[2:]}",
        "bits of no byte": f"{head}.{body}.{signature[:-1]}{'B' if signature[-1] != 'B' else 'C'}",
        "a character beyond ASCII": f"{head}.{body}.é{signature[1:]}",
        "empty header": f".{body}.{signature}", "empty claims": f"{head}..{signature}",
        "header is a list": raw(b"[]", two), "claims are a list": raw(one, b"[]"),
        "claims are text": raw(one, b'"a"'), "claims are null": raw(one, b"null"),
        "alg twice": raw(one[:-1] + b', "alg": "EdDSA"}', two),
        "sub twice": raw(one, two[:-1] + b', "sub": "admin"}'),
        "sub twice, once escaped": raw(one, two[:-1] + b', "s\\u0075b": "admin"}'),
        "a name twice further in": raw(one, two[:-1] + b', "x": {"a": 1, "a": 2}}'),
        "claims not UTF-8": raw(one, two[:-1] + b', "x": "\xff"}'),
        "more behind the claims": raw(one, two + b"{}"), "claims cut short": raw(one, two[:-1]),
        "exp is not a number of JSON": raw(one, two[:-1] + b', "x": NaN}'),
        "nested too deeply": raw(one, two[:-1] + b', "x": ' + b"[" * 200 + b"]" * 200 + b"}"),
    }
    cases = {name: ("malformed", text) for name, text in texts.items()}
    return cases | {"too long": ("tooLong", token(body=claims(x="x" * 8192)))}


def main():
    bad = bad_signatures() | bad_headers() | bad_claims() | bad_forms()
    print(json.dumps({
        "now": NOW, "issuer": ISSUER, "audience": AUDIENCE,
        "keySet": {"keys": [jwk(name) for name in KEYS]},
        "good": [{"name": name, "token": text} for name, text in good().items()],
        "bad": [{"name": name, "reason": reason, "token": text}
                for name, (reason, text) in bad.items()],
    }, indent=1))


if __name__ == "__main__":
    main()
