"""Writes the issuer's key pair and somebody else's private key into a folder: private.pem, public.pem, other.pem."""
import pathlib
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def private_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


folder = pathlib.Path(sys.argv[1])
issuer = rsa.generate_private_key(public_exponent=65537, key_size=2048)
other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
for name, pem in [("private", private_pem(issuer)), ("public", public_pem(issuer)), ("other", private_pem(other))]:
    path = folder / f"{name}.pem"
    path.write_bytes(pem)
    path.chmod(0o600)
