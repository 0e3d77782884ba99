#!/usr/bin/env python3
"""Uses aio-kong as it is, with everything that it knows and the gateway has.

    aio_kong.py http://127.0.0.1:8001

Records are created, listed, changed and deleted one by one; then a configuration as its command `kongfig` takes it is
applied twice, and the second time must leave everything as it was. The gateway is emptied before and after.
"""
import asyncio
import sys

from kong.client import Kong, KongResponseError

CHECKS = 0


def check(what, right):
    global CHECKS
    CHECKS += 1
    print(f"  {'ok    ' if right else 'WRONG '} {what}")
    if not right:
        sys.exit(1)


async def crud(what, component, change, **body):
    """Creates, lists, reads, changes and deletes one record; the answer is a second one that stays."""
    before = len(await component.get_full_list())
    made = await component.create(**body)
    listed = await component.get_full_list()
    check(f"{what}: created and listed", len(listed) == before + 1 and made.id in [each.id for each in listed])
    check(f"{what}: read by id", (await component.get(made.id)).id == made.id and await component.has(made.id))
    changed = await component.update(made.id, **change)
    check(f"{what}: changed", all(changed[name] == value for name, value in change.items()))
    check(f"{what}: deleted", await component.delete(made.id) is True and not await component.has(made.id))
    return await component.create(**body)


async def one_by_one(kong, has):
    service = await crud("services", kong.services, {"retries": 2}, name="aio", host="example.com")
    check("services: read by name", (await kong.services.get("aio")).id == service.id)
    route = await crud("routes", service.routes, {"strip_path": False}, name="aio", paths=["/aio"])
    check("routes: of their service", [each.id for each in await service.routes.get_full_list()] == [route.id])
    for parent, what in ((service, "a service"), (route, "a route")):
        await crud(f"plugins of {what}", parent.plugins, {"enabled": False}, name="key-auth")
    await crud("plugins", kong.plugins, {"tags": ["aio"]}, name="jwt", config={"claims_to_verify": ["exp"]})
    consumer = await crud("consumers", kong.consumers, {"custom_id": "7"}, username="aio")
    await credentials(consumer, has)
    if has("/certificates"):
        check("certificates: listed", await kong.certificates.get_full_list() == [])
        check("snis: listed", await kong.snis.get_full_list() == [])
    try:
        await kong.services.get("nobody")
        check("what is not there is an error", False)
    except KongResponseError as error:
        check("what is not there is an error", error.status == 404)


async def credentials(consumer, has):
    if has("/jwts"):
        token = await consumer.jwts.create(key="aio", secret="s" * 32)
        listed = [each.id for each in await consumer.jwts.get_full_list()]
        check("jwt credentials: created and listed", listed == [token.id])
        check("jwt credentials: deleted", await consumer.jwts.delete(token.id))
    if has("/key-auths"):
        first = await consumer.keyauths.create_or_update_credentials({"key": "aio-key"})
        again = await consumer.keyauths.create_or_update_credentials({"key": "aio-key"})
        check("key-auth credentials: made once, then found", first.id == again.id)
    if has("/basic-auths"):
        first = await consumer.basicauths.create_or_update_credentials({"username": "aio", "password": "p"})
        again = await consumer.basicauths.create_or_update_credentials({"username": "aio", "password": "p"})
        check("basic-auth credentials: made once, then found", first.id == again.id)
    if has("/acls"):
        await crud("acls", consumer.acls, {"tags": ["aio"]}, group="aio")


def configuration(has):
    service = {
        "name": "kongfig", "host": "example.com", "port": 8443, "protocol": "https",
        "plugins": [{"name": "key-auth", "config": {"key_names": ["x-key"]}}],
        "routes": [
            {"name": "kongfig-a", "paths": ["/a"], "methods": ["GET", "POST"]},
            {"name": "kongfig-b", "hosts": "b.example.com", "plugins": [{"name": "jwt", "config": {"realm": "b"}}]},
        ],
    }
    whole = {"services": [service, {"name": "kongfig-gone", "ensure": "absent"}],
             "plugins": [{"name": "jwt", "config": {"claims_to_verify": ["exp"]}}]}
    # The client asks every consumer for its groups.
    if has("/acls"):
        auths = [{"type": "key-auth", "config": {"key": "kongfig-key"}}]
        whole["consumers"] = [{"username": "kongfig", "groups": ["a", "b"], "auths": auths}]
    return whole


async def state(kong, has):
    """Everything but ids and times: this client makes routes anew each time."""
    def essence(record):
        drop = ("id", "created_at", "updated_at", "service", "route", "consumer")
        return {name: value for name, value in record.items() if name not in drop}

    found = []
    for name in ("services", "routes", "plugins", "consumers", *(["acls"] if has("/acls") else [])):
        records = [essence(record) for record in await getattr(kong, name).get_full_list()]
        found.append(sorted(records, key=repr))
    return found


async def main(url):
    async with Kong(url=url) as kong:
        paths = (await kong.execute(f"{url}/endpoints"))["data"]
        has = lambda path: path in paths
        for component in (kong.services, kong.routes, kong.consumers, kong.plugins):
            await component.delete_all()
        await one_by_one(kong, has)
        for component in (kong.services, kong.consumers, kong.plugins):
            await component.delete_all()
        await kong.apply_json(configuration(has))
        first = await state(kong, has)
        check("a configuration is applied", len(first[0]) == 1 and len(first[1]) == 2)
        await kong.apply_json(configuration(has))
        check("applied again it changes nothing", await state(kong, has) == first)
        for component in (kong.services, kong.consumers, kong.plugins):
            await component.delete_all()
        check("everything is deleted", not any(await state(kong, has)))
    print(f"{CHECKS} checks")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
