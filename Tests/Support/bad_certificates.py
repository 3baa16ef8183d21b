"""Client certificates that must not let anybody in, each bad in one way and good in all others."""

import dataclasses
import datetime
import hashlib
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from Support.certificates import Issued

HOST, URI = "line-1.plant", "spiffe://plant/line-1"
"""By what the partner is registered."""
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
REGISTERED = (x509.DNSName(HOST), x509.UniformResourceIdentifier(URI))


@dataclasses.dataclass(frozen=True)
class Signed:
    """A certificate with the key that it is about."""

    certificate: x509.Certificate
    key: object

    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(**allowed):
    nothing = dict.fromkeys((
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(**nothing | allowed)


SIGNING = _usage(digital_signature=True)
CERTIFYING = _usage(key_cert_sign=True, crl_sign=True)


def sign(name: str, issuer: Signed | None, extensions, *, days=(-1, 2), key=None) -> Signed:
    """A certificate with these (extension, critical); without an issuer it signs itself."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject(name)).issuer_name(
        issuer.certificate.subject if issuer else subject(name))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now + datetime.timedelta(days=days[0]))
    builder = builder.not_valid_after(now + datetime.timedelta(days=days[1]))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Signed(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def authority(name: str, issuer: Signed | None = None, *, is_one=True, usage=CERTIFYING,
              length=None, more=(), **options) -> Signed:
    """An authority, or what only looks like one."""
    extensions = [(usage, True), *more]
    if is_one is not None:
        extensions.append((x509.BasicConstraints(ca=is_one, path_length=length), True))
    return sign(name, issuer, extensions, **options)


def leaf(issuer: Signed | None, names=REGISTERED, *, name="line-1", purposes=(CLIENT,),
         usage=SIGNING, more=(), **options) -> Signed:
    """A partner's certificate."""
    extensions = [(usage, True), *more,
                  (x509.BasicConstraints(ca=False, path_length=None), True)]
    if purposes:
        extensions.append((x509.ExtendedKeyUsage(purposes), False))
    if names:
        extensions.append((x509.SubjectAlternativeName(names), False))
    return sign(name, issuer, extensions, **options)


def write(folder: Path, name: str, *chain: Signed) -> Issued:
    """The files that a client needs: the chain from its certificate on, and its key."""
    issued = Issued(folder / f"{name}.pem", folder / f"{name}.key")
    issued.certificate.write_bytes(b"".join(each.pem() for each in chain))
    issued.key.write_bytes(chain[0].key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    issued.key.chmod(0o600)
    return issued


def _constrained(root):
    elsewhere = x509.NameConstraints([x509.DNSName("elsewhere.example")], None)
    return authority("Constrained", root, more=[(elsewhere, True)])


def _under(make):
    """A leaf below something that is no good authority, with that in its chain."""
    def chain(root):
        between = make(root)
        return leaf(between), between
    return chain


def _too_deep(root):
    flat = authority("Flat", root, length=0)
    deep = authority("Deep", flat)
    return leaf(deep), deep, flat


def _tampered(root):
    """Somebody else's good certificate, the name in it exchanged for one that is as long."""
    good = leaf(root, [x509.DNSName("line-2.plant")])
    changed = good.certificate.public_bytes(serialization.Encoding.DER).replace(
        b"line-2.plant", HOST.encode())
    return (Signed(x509.load_der_x509_certificate(changed), good.key),)


def _unknown_critical():
    extension = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
    return [(extension, True)]


def _rsa(bits):
    return rsa.generate_private_key(65537, bits)


_SHA256_WITH_RSA = bytes.fromhex("2a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("2a864886f70d010105")
_SHA1_DIGEST_INFO = bytes.fromhex("3021300906052b0e03021a05000414")


def _sign_by_sha1(key, message: bytes) -> bytes:
    """PKCS #1 v1.5 by hand: the library refuses to."""
    private = key.private_numbers()
    size = key.key_size // 8
    told = _SHA1_DIGEST_INFO + hashlib.sha1(message).digest()
    padded = b"\x00\x01" + b"\xff" * (size - len(told) - 3) + b"\x00" + told
    signature = pow(int.from_bytes(padded), private.d, private.public_numbers.n)
    return signature.to_bytes(size)


def _signed_by_sha1(root):
    """The partner's certificate from a good authority; its signature is exchanged for an old one."""
    between = authority("Old ways", root, key=_rsa(2048))
    good = leaf(between)
    body = good.certificate.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    whole = good.certificate.public_bytes(serialization.Encoding.DER).replace(
        _SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = _sign_by_sha1(between.key, body)
    changed = x509.load_der_x509_certificate(whole[:-len(signature)] + signature)
    return Signed(changed, good.key), between


UNTRUSTED = {
    "self-signed": lambda root: (leaf(None),),
    "of another authority": lambda root: (leaf(authority("Stranger")),),
    "of another authority with the right one's name": lambda root: (
        leaf(authority(root.certificate.subject.rdns[0].rfc4514_string()[3:])),),
    "of another authority that comes along": _under(lambda root: authority("Stranger")),
    "expired": lambda root: (leaf(root, days=(-3, -1)),),
    "not yet valid": lambda root: (leaf(root, days=(1, 3)),),
    "for servers alone": lambda root: (leaf(root, purposes=(SERVER,)),),
    "for signing code alone": lambda root: (
        leaf(root, purposes=(ExtendedKeyUsageOID.CODE_SIGNING,)),),
    "for a key that may not sign": lambda root: (
        leaf(root, usage=_usage(key_encipherment=True)),),
    "an authority's own": lambda root: (authority(
        "line-1", root, more=[(x509.SubjectAlternativeName(REGISTERED), False)]),),
    "of an intermediate that is no authority": _under(
        lambda root: authority("No authority", root, is_one=False)),
    "of an intermediate that does not say what it is": _under(
        lambda root: authority("Says nothing", root, is_one=None)),
    "of an authority whose key may not sign certificates": _under(
        lambda root: authority("Wrong usage", root, usage=SIGNING)),
    "of another partner's certificate": _under(
        lambda root: leaf(root, [x509.DNSName("line-2.plant")], name="line-2")),
    "of an intermediate that has expired": _under(
        lambda root: authority("Late", root, days=(-3, -1))),
    "of an intermediate for servers alone": _under(lambda root: authority(
        "Servers", root, more=[(x509.ExtendedKeyUsage([SERVER]), False)])),
    "below more authorities than allowed": _too_deep,
    "outside the names that its authority may certify": _under(_constrained),
    "changed after it was signed": _tampered,
    "with a critical extension that nobody knows": lambda root: (
        leaf(root, more=_unknown_critical()),),
    "signed by SHA-1": _signed_by_sha1,
    "with an RSA key of 1024 bits": lambda root: (leaf(root, key=_rsa(1024)),),
    "of an authority with an RSA key of 1024 bits": _under(
        lambda root: authority("Weak", root, key=_rsa(1024))),
}
"""What must not get through the handshake; each has the partner's names."""

_USER_PRINCIPAL = ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")

NAMELESS = {
    "another host": [x509.DNSName("line-9.plant")],
    "none, but the common name": [],
    "the host as an address of e-mail": [x509.RFC822Name(HOST)],
    "the host as a URI": [x509.UniformResourceIdentifier(HOST)],
    "the host with its kind as a URI": [x509.UniformResourceIdentifier(f"DNS:{HOST}")],
    "the URI as a host": [x509.DNSName(URI)],
    "the URI in other letters": [x509.UniformResourceIdentifier(URI.upper())],
    "the host as a user's name": [x509.OtherName(
        _USER_PRINCIPAL, b"\x0c" + bytes([len(HOST)]) + HOST.encode())],
    "the host as a directory's name": [x509.DirectoryName(subject(HOST))],
    "an identifier": [x509.RegisteredID(_USER_PRINCIPAL)],
    "a wildcard": [x509.DNSName("*.plant")],
    "a wildcard in a label": [x509.DNSName("line-*.plant")],
    "a wildcard alone": [x509.DNSName("*")],
    "NUL behind the host": [x509.DNSName(f"{HOST}\0.evil.example")],
    "NUL at the end": [x509.DNSName(f"{HOST}\0")],
    "a space behind": [x509.DNSName(f"{HOST} ")],
    "a line break before": [x509.DNSName(f"\n{HOST}")],
    "a dot behind": [x509.DNSName(f"{HOST}.")],
    "two hosts in one": [x509.DNSName(f"{HOST},line-9.plant")],
    "nothing": [x509.DNSName("")],
    "very much": [x509.DNSName("a" * 20_000)],
}
"""Alternative names that are nobody's: the common name is the registered host in each."""
