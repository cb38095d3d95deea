"""Settings: tabs, the switches, plan, export."""

import asyncio
import json
from json import JSONDecodeError

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from withhold.lab.export import export_name, export_zip
from withhold.lab.state import Account
from withhold.lab.web.guard import CSRF_HEADER, check_csrf, fields
from withhold.lab.web.render import go, page, signed_in
from withhold.lab.web.site import Site, session_of, site_of
from withhold.lab.web.switches import DECOYS, MEMORY, OPT_OUT, PREFERENCES, TRAINING, TWIN_SWITCH
from withhold.lab.web.wording import RIGHT_TO_LEFT

TABS = {"account": "Account", "privacy": "Privacy", "plan": "Plan"}


async def first_tab(_request: Request) -> Response:
    return go("/settings/account")


async def tab(request: Request) -> Response:
    account, name = signed_in(request), request.path_params["tab"]
    if name not in TABS:
        raise HTTPException(404, "there is no such page")
    site = site_of(request)
    return page(
        request,
        f"settings_{name}.html",
        tabs=TABS,
        tab=name,
        values=_values(site, account),
        has_switch=site.lab.has_switch(account.id),
        decoys=DECOYS,
        memory=MEMORY,
        twin=TWIN_SWITCH if site.variant.twin else None,
        training=_training_key(site),
        language=site.language if name == "privacy" else "en",
        direction="rtl" if name == "privacy" and site.language in RIGHT_TO_LEFT else "ltr",
    )


def _training_key(site: Site) -> str:
    return TRAINING if site.wording.on_trains else OPT_OUT


def _values(site: Site, account: Account) -> dict[str, bool]:
    """The stored position of every switch that this account has."""
    values = {key: account.preferences.get(key, switch.default) for key, switch in PREFERENCES.items()}
    if site.lab.has_switch(account.id) and account.setting is not None:
        values[_training_key(site)] = account.setting is site.wording.on_trains
    return values


async def read_settings(request: Request) -> Response:
    return JSONResponse(_values(site_of(request), signed_in(request)))


async def change_settings(request: Request) -> Response:
    """``{"key": true}`` changes one switch; the answer holds the values as they are said to be stored."""
    account, site = signed_in(request), site_of(request)
    check_csrf(request, request.headers.get(CSRF_HEADER))
    key, on = await _change(request)
    if key == _training_key(site):
        return await _change_training(site, account, on)
    if key not in PREFERENCES:
        raise HTTPException(400, "this page has no such switch")
    site.lab.set_preference(account.id, key, on, site.tick())
    return JSONResponse(_values(site, account))


async def _change(request: Request) -> tuple[str, bool]:
    try:
        change = json.loads(await request.body())
    except (JSONDecodeError, UnicodeDecodeError):
        change = None
    match change:
        case dict() if len(change) == 1:
            ((key, on),) = change.items()
            if key in {TRAINING, OPT_OUT, *PREFERENCES} and isinstance(on, bool):
                return key, on
    raise HTTPException(400, "one known switch and true or false")


async def _change_training(site: Site, account: Account, on: bool) -> Response:
    variant = site.variant
    if variant.locked or not site.lab.has_switch(account.id):
        return JSONResponse(
            {"error": site.texts.managed if variant.locked else "this account has no such switch"}, 403
        )
    if variant.refuses_after is not None:
        await asyncio.sleep(variant.refuses_after)
        return JSONResponse({"error": "try again later"}, 503)
    if variant.stores:
        site.lab.set_setting(account.id, on is site.wording.on_trains, site.tick())
    return JSONResponse({**_values(site, account), _training_key(site): on})


async def change_plan(request: Request) -> Response:
    given, site = await fields(request), site_of(request)
    site.lab.change_tier(signed_in(request).id, given.get("tier", ""), site.tick())
    session_of(request).not_now = False
    return go("/settings/plan")


async def export(request: Request) -> Response:
    await fields(request)
    account, lab = signed_in(request), site_of(request).lab
    return Response(
        export_zip(lab, account.id),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{export_name(lab, account.id)}"'},
    )


routes = [
    Route("/settings", first_tab),
    Route("/settings/plan", change_plan, methods=["POST"]),
    Route("/settings/export", export, methods=["POST"]),
    Route("/settings/{tab}", tab),
    Route("/api/settings", read_settings),
    Route("/api/settings", change_settings, methods=["PATCH"]),
]
