"""Certificates that live as long as a test."""

import dataclasses
import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_DAYS = 2


@dataclasses.dataclass(frozen=True)
class Issued:
    """A certificate and its private key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority with a folder for what it issues."""

    def __init__(self, folder: Path, name: str = "Millrace test authority"):
        self.folder = folder
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        own = self._builder(self._name, self._key.public_key(), VALID_DAYS).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = folder / f"{name.replace(' ', '-')}.pem"
        self.certificate.write_bytes(_pem(own.sign(self._key, hashes.SHA256())))

    def issue(self, name: str, dns=(), addresses=(), uris=(), days: float = VALID_DAYS) -> Issued:
        """A certificate for both ends of TLS; negative days make one that has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = [*map(x509.DNSName, dns), *map(x509.UniformResourceIdentifier, uris),
                 *(x509.IPAddress(ipaddress.ip_address(address)) for address in addresses)]
        usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = self._builder(subject, key.public_key(), days)
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        issued = Issued(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        issued.certificate.write_bytes(_pem(builder.sign(self._key, hashes.SHA256())))
        issued.key.write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
        issued.key.chmod(0o600)
        return issued

    def server(self, name: str = "server") -> Issued:
        """For a server on this machine."""
        return self.issue(name, dns=["localhost"], addresses=["127.0.0.1"])

    def client(self, name: str = "client") -> Issued:
        """For a client that is known by a DNS name and by a URI."""
        return self.issue(
            name, dns=[f"{name}.plant.example"], uris=[f"spiffe://plant.example/{name}"])

    def _builder(self, subject, public_key, days):
        now = datetime.datetime.now(datetime.timezone.utc)
        end = now + datetime.timedelta(days=days)
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name)
        builder = builder.public_key(public_key).serial_number(x509.random_serial_number())
        begin = min(now, end) - datetime.timedelta(hours=1)
        builder = builder.not_valid_before(begin).not_valid_after(end)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(authority, critical=False)
        return builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)


def trust(ca: Path, certificate=None, key=None) -> ssl.SSLContext:
    """What a hand-made client needs to speak HTTP/2 to a server of this authority."""
    context = ssl.create_default_context(cafile=str(ca))
    context.set_alpn_protocols(["h2"])
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


def _pem(certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
