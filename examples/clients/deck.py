#!/usr/bin/env python3
"""Plays what decK does, for every entity that a gateway has.

    deck.py http://127.0.0.1:8001

It reads the list of entities from the gateway (`/endpoints`), makes up a desired state with samples.py, fills in
defaults from `/schemas`, and then syncs as decK does: read everything, compare, PUT what differs with an id of its own,
DELETE what should not be there. After every sync the next comparison must find nothing. At last it empties the gateway.
Exit status 1 when anything is not as decK needs it.
"""
import copy
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

from samples import make

# Collections that decK asks for and takes 404 (or 400) for an answer.
MAY_BE_ABSENT = ("consumer_groups", "partials", "filter-chains", "degraphql_routes", "mtls-auths",
                 "graphql-rate-limiting-advanced/costs", "acls", "basic-auths", "hmac-auths", "jwts", "key-auths",
                 "oauth2", "ca_certificates", "vaults", "keys", "key-sets")
# Views of other records, records that gateways write themselves, and what is there with WebAssembly only.
NOT_DECLARED = ("tags", "workspaces", "clustering_data_planes", "filter_chains", "parameters", "sessions",
                "session_metadatas", "oauth2_tokens", "oauth2_authorization_codes", "acme_storage",
                "ratelimiting_metrics")
VOLATILE = ("created_at", "updated_at")
# What a gateway keeps otherwise than it was sent, or works out itself; decK does not compare it either.
GATEWAYS_OWN = {"basicauth_credentials": ("password",), "ca_certificates": ("cert_digest",), "certificates": ("snis",)}


class Gateway:
    def __init__(self, base):
        self.base = base.rstrip("/")
        self.schemas = {}

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"User-Agent": "decK/0 (a play)"} | ({"Content-Type": "application/json"} if data else {})
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text else None

    def must(self, status, method, path, body=None):
        got, answer = self.ask(method, path, body)
        if got != status:
            raise SystemExit(f"{method} {path}: wanted {status}, got {got}: {answer}\n  sent: {json.dumps(body)}")
        return answer

    def list(self, collection, tags=None):
        records, offset = [], None
        while True:
            query = {"size": 1000} | ({"tags": ",".join(tags)} if tags else {}) | ({"offset": offset} if offset else {})
            page = self.must(200, "GET", f"/{collection}?{urllib.parse.urlencode(query)}")
            records += page["data"]
            offset = page.get("offset")
            if not offset:
                return records

    def schema(self, name):
        if name not in self.schemas:
            self.schemas[name] = self.must(200, "GET", f"/schemas/{name}")
        return self.schemas[name]


class Entity:
    """A kind of records, as `/endpoints` and `/schemas` tell of it."""

    def __init__(self, gateway, kind, collection, below):
        """`collection` is none where records are found below others only; `below` maps parents to path segments."""
        self.gateway, self.kind, self.collection, self.below = gateway, kind, collection, below
        self.fields = {name: field for each in gateway.schema(kind)["fields"] for name, field in each.items()}

    def references(self):
        return {name: field["reference"] for name, field in self.fields.items() if field["type"] == "foreign"}

    def parent(self):
        """The field and the collection of what records are asked for below: consumers, or where they are only there."""
        for name, reference in self.references().items():
            if reference in self.below and (self.collection is None or
                                            reference == "consumers" and self.fields[name].get("required")):
                return name, self.below[reference]
        return None, None

    def path(self, record):
        field, below = self.parent()
        if field is None:
            return f"/{self.collection}/{record['id']}"
        return f"/{below[0]}/{record[field]['id']}/{below[1]}/{record['id']}"

    def put(self, record):
        body, path = with_nulls(self.gateway, self, record), self.path(record)
        status, answer = self.gateway.ask("PUT", path, body) if self.collection is None else (200, None)
        if status == 404:
            answer = self.gateway.must(201, "POST", path.rsplit("/", 1)[0], body)
        elif answer is None:
            answer = self.gateway.must(200, "PUT", path, body)
        # To decK a field that is not there is one without a value.
        missing = [name for name, field in self.fields.items() if name not in answer and field["type"] != "foreign"
                   and (field.get("default") is not None or body.get(name) is not None)]
        if missing or answer["id"] != record["id"]:
            raise SystemExit(f"PUT {self.path(record)}: the answer is not the whole entity: {missing} in {answer}")
        return answer

    def delete(self, record):
        self.gateway.must(204, "DELETE", self.path(record))

    def current(self):
        if self.collection is not None:
            return self.gateway.list(self.collection)
        _, (parents, nested) = self.parent()
        return [record for parent in self.gateway.list(parents)
                for record in self.gateway.list(f"{parents}/{parent['id']}/{nested}")]


def with_defaults(record, fields):
    """The record with the defaults of its schema, also inside records."""
    filled = dict(record)
    for each in fields:
        for name, field in each.items():
            if filled.get(name) is None and "default" in field and name not in record:
                filled[name] = copy.deepcopy(field["default"])
            if field.get("type") == "record" and "fields" in field and (filled.get(name) is not None
                                                                        or field.get("required")):
                filled[name] = with_defaults(filled.get(name) or {}, field["fields"])
    return filled


def with_nulls(gateway, entity, record):
    """A plugin's configuration is sent whole, with an explicit null for what is not set."""
    if entity.kind != "plugins":
        return record
    fields = {name: field for each in gateway.schema(f"plugins/{record['name']}")["fields"]
              for name, field in each.items()}
    names = [name for each in fields["config"]["fields"] for name in each]
    return record | {"config": {name: None for name in names} | record.get("config", {})}


def essence(value, shorthands=()):
    """What is compared: without times, without nulls, without former names of fields, sets in one order."""
    if isinstance(value, dict):
        return {name: essence(inner) for name, inner in value.items()
                if inner is not None and name not in VOLATILE and name not in shorthands}
    if isinstance(value, list):
        return sorted((essence(inner) for inner in value), key=json.dumps)
    return value


def shorthands_of(gateway, entity, record):
    if entity.kind != "plugins":
        return [name for each in gateway.schema(entity.kind).get("shorthand_fields", []) for name in each]
    config = next(each["config"] for each in gateway.schema(f"plugins/{record['name']}")["fields"] if "config" in each)
    return [name for each in config.get("shorthand_fields", []) for name in each]


def differs(gateway, entity, wanted, found):
    shorthands = (*shorthands_of(gateway, entity, wanted), *GATEWAYS_OWN.get(entity.kind, ()))
    plain = lambda record: essence(record | ({"config": essence(record["config"], shorthands)}
                                             if isinstance(record.get("config"), dict) else {}), shorthands)
    return plain(wanted) != plain(found)


def sync(gateway, entities, desired):
    """One sync; the answer says how much there was to do."""
    created = updated = deleted = 0
    gateway.must(200, "GET", "/")
    current = {entity.kind: {record["id"]: record for record in entity.current()} for entity in entities}
    for entity in reversed(entities):
        for id, record in current[entity.kind].items():
            if id not in desired.get(entity.kind, {}):
                entity.delete(record)
                deleted += 1
    for entity in entities:
        for id, wanted in desired.get(entity.kind, {}).items():
            found = current[entity.kind].get(id)
            if found is None:
                entity.put(wanted)
                created += 1
            elif differs(gateway, entity, wanted, found):
                entity.put(wanted)
                updated += 1
    return created, updated, deleted


def defaults_of(gateway, entity, record):
    if entity.kind == "plugins":
        return with_defaults(record, gateway.schema(f"plugins/{record['name']}")["fields"] + gateway.schema("plugins")["fields"])
    return with_defaults(record, gateway.schema(entity.kind)["fields"])


def entities_of(gateway):
    """Every kind with a collection of its own, those that are referred to before those that refer."""
    paths = [path.strip("/").split("/") for path in gateway.must(200, "GET", "/endpoints")["data"]]
    collections = {path[1].strip("{}"): path[0] for path in paths if len(path) == 2 and path[1].startswith("{")}
    below = {}
    for path in paths:
        if len(path) == 4 and path[1].startswith("{") and path[3].startswith("{"):
            below.setdefault(path[3].strip("{}"), {})[path[1].strip("{}")] = (path[0], path[2])
    known = [kind for kind in sorted({*collections, *below})
             if kind not in NOT_DECLARED and gateway.ask("GET", f"/schemas/{kind}")[0] == 200]
    entities, left = [], [Entity(gateway, kind, collections.get(kind), below.get(kind, {})) for kind in known]
    while left:
        done = [entity.kind for entity in entities]
        ready = [entity for entity in left
                 if all(target in done or target not in known for target in entity.references().values())]
        if not ready:
            raise SystemExit(f"these refer to each other in a circle: {[entity.kind for entity in left]}")
        entities += ready
        left = [entity for entity in left if entity not in ready]
    return entities


def expect(what, wanted, got):
    print(f"  {'ok    ' if wanted == got else 'WRONG '} {what}: {got}")
    if wanted != got:
        raise SystemExit(f"{what}: wanted {wanted}, got {got}")


def main(base):
    gateway = Gateway(base)
    version = gateway.must(200, "GET", "/")["version"]
    expect("the version that decK reads", True, version.split(".")[0] == "3")
    for collection in MAY_BE_ABSENT:
        status, _ = gateway.ask("GET", f"/{collection}?size=1000")
        if status not in (200, 400, 404):
            raise SystemExit(f"GET /{collection}: {status}")
    entities = entities_of(gateway)
    print("entities:", " ".join(entity.kind for entity in entities))
    sync(gateway, entities, {})
    plugins = sorted(gateway.must(200, "GET", "/")["plugins"]["available_on_server"])
    desired = make(entities, plugins, lambda entity, record: defaults_of(gateway, entity, record))
    count = sum(map(len, desired.values()))

    for entity in entities:
        for record in desired[entity.kind].values():
            gateway.must(200, "POST", f"/schemas/{entity.kind}/validate", record)
    gateway.must(400, "POST", "/schemas/services/validate", {"host": 5})
    expect("the first sync makes everything", (count, 0, 0), sync(gateway, entities, desired))
    expect("the next one finds nothing to do", (0, 0, 0), sync(gateway, entities, desired))
    for records in desired.values():
        for record in records.values():
            if "tags" in record:
                record["tags"] = ["deck", "changed"]
    tagged = sum("tags" in record for records in desired.values() for record in records.values())
    expect("changed tags are updates", (0, tagged, 0), sync(gateway, entities, desired))
    expect("the next one finds nothing to do", (0, 0, 0), sync(gateway, entities, desired))
    for entity in entities:
        if "tags" in entity.fields and entity.collection is not None:
            found = {record["id"] for record in gateway.list(entity.collection, ["deck", "changed"])}
            if found != set(desired[entity.kind]):
                raise SystemExit(f"/{entity.collection}?tags=…: found {len(found)}, wanted {len(desired[entity.kind])}")
    expect("an empty state deletes everything", (0, 0), sync(gateway, entities, {})[:2])
    expect("and leaves nothing", 0, sum(len(entity.current()) for entity in entities))
    print(f"{count} records of {len(entities)} kinds went there and back")


if __name__ == "__main__":
    main(sys.argv[1])
