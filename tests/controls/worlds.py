"""Settings pages made from parts, and servers that lie: the truth is what the server holds in the end."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LABELS = {
    "en": ("Use my chats to train models", "Do not use my chats for training"),
    "de": ("Meine Chats zum Training verwenden", "Meine Chats nicht für das Training verwenden"),
    "fr": ("Utiliser mes conversations pour l’entraînement", "Exclure mes messages de l’entraînement"),
    "es": ("Usar mis chats para entrenar modelos", "No usar mis chats para entrenar modelos"),
    "pt": ("Usar minhas conversas para treinar", "Não usar minhas conversas para treinar"),
    "it": ("Usa le mie chat per addestrare i modelli", "Non usare le mie chat per l'addestramento"),
    "ja": ("会話を学習に使用する", "会話を学習に使用しない"),
    "zh": ("使用我的对话训练模型", "不要使用我的对话训练模型"),
    "ko": ("대화를 모델 학습에 사용", "대화를 학습에 사용하지 않음"),
    "ar": ("استخدام محادثاتي لتدريب النماذج", "عدم استخدام محادثاتي في تدريب النماذج"),
}
ANSWERS = {
    "en": ("Yes", "No"),
    "de": ("Ja", "Nein"),
    "fr": ("Oui", "Non"),
    "es": ("Sí", "No"),
    "pt": ("Sim", "Não"),
    "it": ("Sì", "No"),
    "ja": ("はい", "いいえ"),
    "zh": ("是", "否"),
    "ko": ("예", "아니요"),
    "ar": ("نعم", "لا"),
}
COMPONENTS = ("box", "switch", "pressed", "custom", "radio", "select", "slider", "hidden-box")
LIES = (
    "honest",
    "refuses",
    "drops",
    "drops-empty",
    "answers-old",
    "answers-ok-false",
    "drops-and-page-remembers",
    "refuses-and-page-remembers",
    "page-alone-remembers",
    "page-forgets",
    "saves-another-key",
    "saves-and-takes-back",
    "never-answers",
    "saves-the-opposite",
    "only-the-first-time",
)
"""What the server or the page does with a change. All but the first and the last two leave it sharing."""


@dataclass
class World:
    """``private`` is the truth; ``on_private`` says what *on* means on the page."""

    component: str
    lang: str
    on_private: bool
    private: bool
    lie: str
    loads: int = 0
    writes: list[bool] = field(default_factory=list)
    decoy: bool = True
    url: str = ""

    @property
    def on(self) -> bool:
        return self.private is self.on_private

    def change(self, key: str, on: bool) -> tuple[int, bytes]:
        if key != "q7":
            self.decoy = on
            return 200, b"{}"
        self.writes.append(on)
        return self._answered(on)

    def _answered(self, on: bool) -> tuple[int, bytes]:
        echo = json.dumps({"q7": on}).encode()
        if self.lie.startswith("refuses"):
            return 500, b"{}"
        if self.lie in {"drops", "drops-and-page-remembers", "saves-another-key"}:
            return 200, echo
        if self.lie == "drops-empty":
            return 204, b""
        if self.lie == "answers-old":
            return 200, json.dumps({"q7": self.on}).encode()
        if self.lie == "answers-ok-false":
            return 200, b'{"ok": false}'
        if self.lie == "never-answers":
            time.sleep(1.5)
            return 503, b""
        was, self.private = self.private, on is self.on_private
        if self.lie == "saves-the-opposite":
            self.private = not self.private
        if self.lie == "saves-and-takes-back":
            threading.Timer(0.3, setattr, (self, "private", was)).start()
        return 200, echo

    def page(self) -> str:
        label = LABELS[self.lang][self.on_private]
        yes, no = ANSWERS[self.lang]
        markup = _MARKUP[self.component].format(label=label, yes=yes, no=no)
        remembers = self.lie.endswith("-remembers") or self.lie == "page-forgets"
        script = _SCRIPT.replace("REMEMBERS", json.dumps(remembers))
        script = script.replace("SENDS", json.dumps(self.lie not in {"page-alone-remembers", "page-forgets"}))
        script = script.replace("FORGETS", json.dumps(self.lie == "page-forgets"))
        direction = "rtl" if self.lang == "ar" else "ltr"
        return (
            f'<!doctype html><html lang="{self.lang}" dir="{direction}"><meta charset="utf-8"><style>{_STYLE}'
            f"</style><main><h1>{'設定' if self.lang == 'ja' else 'Settings'}</h1>{markup}"
            '<div class="row"><label><input type="checkbox" id="decoy"> Newsletter</label></div></main>'
            f"<script>{script}</script></html>"
        )


_STYLE = """.row{display:flex;gap:20px;padding:10px}.sw{width:44px;height:24px;border:0;background:#bbb}
.tgl{width:44px;height:24px;background:#bbb;cursor:pointer}.tgl.on{background:#06c}
.sr{position:absolute;opacity:0;width:1px;height:1px}.track{width:44px;height:24px;background:#bbb}"""
_MARKUP = {
    "box": '<div class="row"><label><input type="checkbox" id="c"> {label}</label></div>',
    "switch": '<div class="row"><label for="c">{label}</label>'
    '<button type="button" role="switch" id="c" class="sw" aria-checked="false">&nbsp;</button></div>',
    "pressed": '<div class="row"><button type="button" id="c" aria-pressed="false">{label}</button></div>',
    "custom": '<div class="row"><span>{label}</span><div class="tgl" id="c"></div></div>',
    "radio": "<fieldset><legend>{label}</legend>"
    '<label><input type="radio" name="r" value="1"> {yes}</label>'
    '<label><input type="radio" name="r" value="0"> {no}</label></fieldset>',
    "select": '<div class="row"><label for="c">{label}</label>'
    '<select id="c"><option value="1">{yes}</option><option value="0">{no}</option></select></div>',
    "slider": '<div class="row"><label for="c">{label}</label>'
    '<input type="range" id="c" min="0" max="1"></div>',
    "hidden-box": '<div class="row"><label for="c"><span class="track" style="display:block"></span>{label}'
    '</label><input type="checkbox" id="c" class="sr"></div>',
}
_SCRIPT = """
const el = document.getElementById('c'), radios = [...document.querySelectorAll('[name=r]')];
const show = on => {
  if (radios.length) radios[on ? 0 : 1].checked = true;
  else if (el.type === 'checkbox') el.checked = on;
  else if (el.type === 'range') el.value = on ? 1 : 0;
  else if (el.localName === 'select') el.value = on ? '1' : '0';
  else if (el.className === 'tgl' || el.className === 'tgl on') el.className = on ? 'tgl on' : 'tgl';
  else el.setAttribute(el.hasAttribute('aria-pressed') ? 'aria-pressed' : 'aria-checked', String(on));
};
const shows = () => radios.length ? radios[0].checked : el.type === 'checkbox' ? el.checked
  : el.type === 'range' ? el.value === '1' : el.localName === 'select' ? el.value === '1'
  : el.className.startsWith('tgl') ? el.classList.contains('on')
  : (el.getAttribute('aria-checked') ?? el.getAttribute('aria-pressed')) === 'true';
const send = (key, on) => fetch('/save', {method: 'PATCH', body: JSON.stringify({[key]: on})});
const save = on => {
  if (REMEMBERS && !FORGETS) localStorage.setItem('c', on);
  if (SENDS) send('q7', on).catch(() => 0);
};
const changed = () => save(shows());
fetch('/state', {cache: 'no-store'}).then(r => r.json()).then(s => {
  const kept = localStorage.getItem('c');
  show(REMEMBERS && kept !== null ? kept === 'true' : s.a);
  decoy.checked = s.b;
});
if (radios.length) radios.forEach(r => r.addEventListener('change', changed));
else if (['checkbox', 'range'].includes(el.type) || el.localName === 'select')
  el.addEventListener('change', changed);
else el.addEventListener('click', () => { show(!shows()); changed(); });
decoy.addEventListener('change', () => send('decoy', decoy.checked));
"""


@contextmanager
def serve_world(world: World) -> Iterator[World]:
    """Serve ``world`` on a free port of 127.0.0.1; the account is known by a cookie."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(world))
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    world.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield world
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/":
                world.loads += 1
                self._answer(200, world.page().encode(), "text/html; charset=utf-8")
            elif self.path == "/state":
                first = world.lie == "only-the-first-time" and world.loads == 1
                shown = world.on_private if first else world.on
                self._answer(200, json.dumps({"a": shown, "b": world.decoy}).encode(), "application/json")
            else:
                self._answer(404, b"", "text/plain")

        def do_PATCH(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            [(key, on)] = sent.items()
            status, body = world.change(key, on)
            self._answer(status, body, "application/json")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            try:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Set-Cookie", "account=robin; Path=/; Max-Age=600")
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the page was left before the answer came

        def log_message(self, *args: object) -> None:
            """Silent."""

    return Handler
