"""The documents that the server sends: shells for the pages' script, and pages that need no script."""

from html import escape
from urllib.parse import urlsplit

from tests.pages.model import Account, Page, Row, words_of


def document(page: Page, account: Account, also: str, *, inner: bool) -> str:
    """The page at ``/``; ``inner`` is what its frame shows."""
    if page.frame and not inner:
        return _shell(page, f"<main><h1>{words_of(page.lang)['heading']}</h1>{_frame(page, also)}</main>")
    makers = {"classic": _classic, "sign-in": _sign_in, "sign-up": _sign_up, "terms": _terms}
    if page.kind in makers:
        return _shell(page, makers[page.kind](page, account))
    heading = words_of(page.lang)["heading"]
    return _shell(page, f'<main><h1>{heading}</h1></main><script type="module" src="/main.js"></script>')


def _frame(page: Page, also: str) -> str:
    port = urlsplit(also).port
    source = {"same": "/inner", "port": f"{also}inner", "site": f"http://localhost:{port}/inner"}[page.frame]
    return f'<iframe src="{source}" style="width:100%;height:700px;border:0" title="settings"></iframe>'


def _shell(page: Page, body: str) -> str:
    direction = "rtl" if page.lang == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{page.lang}" dir="{direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{words_of(page.lang)["heading"]}</title>'
        f'<link rel="stylesheet" href="/page.css"></head><body>{body}</body></html>'
    )


def _box(row: Row, *, on: bool) -> str:
    hint = f'<p class="hint">{escape(row.description)}</p>' if row.description else ""
    checked = " checked" if on else ""
    return (
        f'<div class="row"><label><input type="checkbox" name="{row.key}" value="1"{checked}> '
        f"{escape(row.label)}</label>{hint}</div>"
    )


def _classic(page: Page, account: Account) -> str:
    """A form as servers have rendered it for thirty years: boxes, and a button that sends all of them."""
    words = words_of(page.lang)
    boxes = "".join(_box(row, on=account.state[row.key] == "on") for row in page.rows)
    return (
        f'<main><h1>{words["heading"]}</h1><form method="post" action="/settings">{boxes}'
        f'<button class="btn p">{words["save"]}</button></form>'
        f'<form method="post" action="/danger/delete-all">'
        f'<button class="btn">{words["delete"]}</button></form></main>'
    )


def sent_by_form(page: Page, sent: dict[str, list[str]]) -> dict[str, str]:
    """What a form's boxes mean: one that is not sent is off."""
    return {row.key: "on" if row.key in sent else "off" for row in page.rows}


def _sign_in(page: Page, account: Account) -> str:
    words = words_of(page.lang)
    return (
        f'<main><h1>{words["sign_in"]}</h1><form method="post" action="/sign-in"><label>{words["email"]} '
        f'<input type="email" name="email"></label>'
        f'<button class="btn p">{words["sign_in"]}</button></form></main>'
    )


def _sign_up(page: Page, account: Account) -> str:
    """A new account with a box that is ticked already: nothing is stored until the account is made."""
    words = words_of(page.lang)
    boxes = "".join(_box(row, on=row.initial == "on") for row in page.rows if row.matters)
    return (
        f'<main><h1>{words["sign_up"]}</h1><form method="post" action="/sign-up"><label>{words["email"]} '
        f'<input type="email" name="email"></label><button class="btn p">{words["sign_up"]}</button>{boxes}'
        "</form></main>"
    )


def _terms(page: Page, account: Account) -> str:
    """New terms with a switch that is on already; what it says counts only with the button above it."""
    words = words_of(page.lang)
    boxes = "".join(_box(row, on=row.initial == "on") for row in page.rows if row.matters)
    return (
        f'<main><h1>{words["terms"]}</h1><form method="post" action="/danger/terms-accepted">'
        f'<button class="btn p">{words["accept"]}</button>{boxes}</form>'
        f'<button class="btn">{words["later"]}</button></main>'
    )
