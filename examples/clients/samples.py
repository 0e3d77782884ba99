"""Desired records for the play: a few by hand where a value has to mean something, the others made from their schema."""
import uuid

CERTIFICATE_KINDS = ("certificates", "ca_certificates")


def make(entities, plugins, defaults_of):
    """For each kind its records by id, with defaults, tagged where they can be."""
    desired, first = {}, {}
    for entity in entities:
        records = {}
        for number, values in enumerate(bodies(entity, plugins, first)):
            record = {"id": identity(entity.kind, number)} | values
            if "tags" in entity.fields:
                record["tags"] = ["deck"]
            record = defaults_of(entity, record)
            records[record["id"]] = record
            first.setdefault(entity.kind, record["id"])
        desired[entity.kind] = records
    return desired


def identity(kind, number):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://deck.example/{kind}/{number}"))


def bodies(entity, plugins, first):
    """The bodies of a kind; `first` has the id of the first record of each kind that came before."""
    by_hand = BY_HAND.get(entity.kind)
    if by_hand:
        return by_hand(first, plugins)
    return [generic(entity, first)]


def generic(entity, first):
    """A body with a value for everything that is required and has no default."""
    body = {}
    for name, field in entity.fields.items():
        if name == "id" or field.get("auto") or "default" in field:
            continue
        if field["type"] == "foreign":
            if field["reference"] in first:
                body[name] = {"id": first[field["reference"]]}
        elif field.get("required") or field.get("unique"):
            body[name] = value_of(name, field)
    return body


def value_of(name, field):
    if "one_of" in field:
        return field["one_of"][0]
    if field.get("uuid"):
        return identity(name, 0)
    kind = field["type"]
    if kind == "string":
        return f"deck-{name}"
    if kind in ("integer", "number"):
        return (field.get("between") or [1])[0] or 1
    if kind == "boolean":
        return True
    if kind in ("array", "set"):
        return [value_of(name, field["elements"])]
    if kind == "map":
        return {}
    if kind == "record":
        return {inner: value_of(inner, each[inner]) for each in field["fields"] for inner in each
                if each[inner].get("required") and "default" not in each[inner]}
    raise SystemExit(f"no sample for a field of type {kind}")


def services(first, plugins):
    yield {"name": "deck-plain", "host": "example.com"}
    yield {"name": "deck-full", "host": "example.com", "path": "/a", "port": 8443, "protocol": "http", "retries": 2,
           "connect_timeout": 1000, "read_timeout": 2000, "write_timeout": 3000, "enabled": False}


def routes(first, plugins):
    service = {"id": first["services"]}
    yield {"name": "deck-paths", "paths": ["/a", "~/b/(?<id>\\d+)$"], "service": service}
    yield {"name": "deck-full", "hosts": ["a.example.com", "*.example.org"], "methods": ["GET", "POST"],
           "headers": {"x-version": ["1", "2"]}, "protocols": ["http"], "strip_path": False, "preserve_host": True,
           "regex_priority": 7, "service": service}
    yield {"name": "deck-without-service", "hosts": ["alone.example.com"]}


def consumers(first, plugins):
    yield {"username": "deck-ada", "custom_id": "1"}
    yield {"username": "deck-bob"}


def plugin_instances(first, plugins):
    for name in plugins:
        if name in PLUGIN_CONFIGS:
            yield {"name": name, "config": PLUGIN_CONFIGS[name], "service": {"id": first["services"]}}
    yield {"name": "key-auth", "instance_name": "deck-global", "enabled": False}


def jwt_secrets(first, plugins):
    consumer = {"id": first["consumers"]}
    yield {"consumer": consumer, "key": "deck-hs", "secret": "0123456789abcdef0123456789abcdef", "algorithm": "HS512"}
    yield {"consumer": consumer, "key": "deck-es", "algorithm": "ES256", "rsa_public_key": P256, "secret": "unused"}


def keyauth_credentials(first, plugins):
    yield {"consumer": {"id": first["consumers"]}, "key": "deck-key"}


def upstreams(first, plugins):
    yield {"name": "deck.example.com"}


def targets(first, plugins):
    yield {"upstream": {"id": first["upstreams"]}, "target": "192.0.2.1:8000", "weight": 10}


def vaults(first, plugins):
    yield {"name": "env", "prefix": "deck-env", "config": {"prefix": "DECK_"}}


def certificates(first, plugins):
    yield {"cert": CERTIFICATE, "key": PRIVATE_KEY}


def ca_certificates(first, plugins):
    yield {"cert": CERTIFICATE}


def snis(first, plugins):
    yield {"name": "deck.example.com", "certificate": {"id": first["certificates"]}}


def keys(first, plugins):
    yield {"name": "deck-key", "kid": "deck", "pem": {"public_key": P256}, "set": {"id": first["key_sets"]}}


def hmacauth_credentials(first, plugins):
    yield {"consumer": {"id": first["consumers"]}, "username": "deck-hmac", "secret": "hidden"}


def oauth2_credentials(first, plugins):
    yield {"consumer": {"id": first["consumers"]}, "name": "deck", "client_id": "deck-client", "client_secret": "hidden",
           "redirect_uris": ["https://deck.example.com/back"]}


PLUGIN_CONFIGS = {
    "jwt": {"claims_to_verify": ["exp"], "maximum_expiration": 600},
    "key-auth": {"key_names": ["x-key"], "hide_credentials": True},
}

P256 = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3PVQw54ARG/PzqGjsIkPZyDPpujQ
iOdP1UAYarn/bbEVH4JMpdYjCsZXo6c3lBDJo+AzY0SgQmrm44U7q+qIIA==
-----END PUBLIC KEY-----
"""

CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBvDCCAWGgAwIBAgIUBPuSw8FME3BKtCeCPvTemOv+qR8wCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQZGVjay5leGFtcGxlLmNvbTAgFw0yNjExMjUyMjUzNDhaGA8y
MTI2MTEwMTIyNTM0OFowGzEZMBcGA1UEAwwQZGVjay5leGFtcGxlLmNvbTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABNz1UMOeAERvz86ho7CJD2cgz6bo0IjnT9VA
GGq5/22xFR+CTKXWIwrGV6OnN5QQyaPgM2NEoEJq5uOFO6vqiCCjgYAwfjAdBgNV
HQ4EFgQUoBGeuZ1t/ImNNtP1k6k968ibOcYwHwYDVR0jBBgwFoAUoBGeuZ1t/ImN
NtP1k6k968ibOcYwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAoQwGwYD
VR0RBBQwEoIQZGVjay5leGFtcGxlLmNvbTAKBggqhkjOPQQDAgNJADBGAiEAvKM6
phegjYGE7YX76yJzKkgU6nGiuAAN+4HYw2wtWU8CIQCic3S6Q9EySty+8QmGgY1C
xIZJsh6zVv+djtwvtpEjCQ==
-----END CERTIFICATE-----
"""

PRIVATE_KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgafrVyonyIq8YdkQE
wXoIwndtXWLce6ElkaUcS6uag9KhRANCAATc9VDDngBEb8/OoaOwiQ9nIM+m6NCI
50/VQBhquf9tsRUfgkyl1iMKxlejpzeUEMmj4DNjRKBCaubjhTur6ogg
-----END PRIVATE KEY-----
"""

BY_HAND = {
    "services": services, "routes": routes, "consumers": consumers, "plugins": plugin_instances,
    "jwt_secrets": jwt_secrets, "keyauth_credentials": keyauth_credentials, "upstreams": upstreams, "targets": targets,
    "vaults": vaults, "certificates": certificates, "ca_certificates": ca_certificates, "snis": snis, "keys": keys,
    "hmacauth_credentials": hmacauth_credentials, "oauth2_credentials": oauth2_credentials,
}
