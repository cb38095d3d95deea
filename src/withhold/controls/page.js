// Functions that run inside the page, with `this` = an element. They read; only `reveal` scrolls.
const CONTROL = 'input[type=checkbox],input[type=radio],[role=switch],[role=checkbox],[role=radio],' +
  '[role=menuitemcheckbox],[role=menuitemradio],[aria-pressed],select';
const HEADING = 'h1,h2,h3,h4,h5,h6,[role=heading]';
const SECTION = 'section,article,fieldset,dialog,form,nav,aside,main,[role=region],[role=dialog],' +
  '[role=alertdialog],[role=tabpanel],[role=group],[role=form],[role=main]';
const CLIMB_ENDS = 'body,html,table,tbody,ul,ol,' + SECTION;

function up(node) {
  if (node.assignedSlot) return node.assignedSlot;
  if (node.parentElement) return node.parentElement;
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
function holds(outer, inner) {
  for (let n = inner; n; n = up(n)) if (n === outer) return true;
  return false;
}
function deepAll(root, selector, out = []) {
  out.push(...root.querySelectorAll(selector));
  for (const el of root.querySelectorAll('*')) if (el.shadowRoot) deepAll(el.shadowRoot, selector, out);
  return out;
}
function squeeze(text) { return (text || '').replace(/\s+/g, ' ').trim(); }
function shown(el) {
  const box = el.getBoundingClientRect();
  return box.width > 1 && box.height > 1 &&
    el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
}
function alone(el, self) {
  const inShadow = el.shadowRoot ? deepAll(el.shadowRoot, CONTROL) : [];
  return ![...deepAll(el, CONTROL), ...inShadow].some(c =>
    c !== self && !holds(c, self) && !holds(self, c) && !c.closest('[aria-hidden=true]'));
}
function row(self) {
  let found = self;
  for (let p = up(self); p && !p.matches(CLIMB_ENDS) && alone(p, self); p = up(p)) found = p;
  return found;
}
function* texts(node) {
  for (const child of (node.shadowRoot || node).childNodes) {
    if (child.nodeType === Node.TEXT_NODE && squeeze(child.data)) yield child;
    else if (child.nodeType === Node.ELEMENT_NODE && !child.matches('script,style,noscript,template')) {
      if (child.localName === 'slot' && child.assignedNodes().length) {
        for (const a of child.assignedNodes()) {
          if (a.nodeType === Node.TEXT_NODE && squeeze(a.data)) yield a;
          else if (a.nodeType === Node.ELEMENT_NODE) yield* texts(a);
        }
      } else yield* texts(child);
    }
  }
}
function seen(text) {
  const holder = text.parentElement;
  if (holder && !holder.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
  const range = document.createRange();
  range.selectNodeContents(text);
  const box = range.getBoundingClientRect();
  const clip = holder && holder.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && !(clip && clip.width <= 1 && clip.height <= 1);
}
function painted(el) {
  return ['::before', '::after'].map(p => getComputedStyle(el, p).content)
    .filter(c => /^"[^"]+"$/.test(c)).map(c => c.slice(1, -1));
}
function pieces(self) {
  const area = row(self);
  const said = [...texts(area)].filter(seen).map(t => squeeze(t.data));
  const drawn = [self, ...self.querySelectorAll('*')].flatMap(painted);
  return [...said, ...drawn].filter(Boolean).map(t => t.slice(0, 300)).slice(0, 40);
}
function nameOf(el) {
  const ids = (el.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean);
  const root = el.getRootNode();
  const by = ids.map(id => root.getElementById && root.getElementById(id)).filter(Boolean).map(e => e.textContent);
  const legend = el.localName === 'fieldset' && el.querySelector(':scope > legend');
  return squeeze(by.join(' ') || el.getAttribute('aria-label') || (legend && legend.textContent));
}
function regions(self) {
  const names = [];
  for (let p = up(self); p; p = up(p)) if (p.matches(SECTION)) names.push(nameOf(p));
  return names.filter(Boolean);
}
function level(h) { return Number(h.getAttribute('aria-level')) || Number(h.localName[1]) || 2; }
function headingsIn(root, mark) {
  return [...root.querySelectorAll(HEADING)].filter(h => {
    const container = h.closest('section,article,fieldset,dialog,nav,aside,[role=region],[role=dialog],[role=tabpanel]');
    return (h.compareDocumentPosition(mark) & Node.DOCUMENT_POSITION_FOLLOWING) && shown(h) &&
      (!container || container.contains(mark));
  }).reverse();
}
function headings(self) {
  const chain = [];
  let top = 9;
  for (let mark = self; mark;) {
    const root = mark.getRootNode();
    for (const h of headingsIn(root, mark)) {
      if (level(h) < top && !h.contains(self)) { chain.push(squeeze(h.textContent).slice(0, 200)); top = level(h); }
    }
    mark = root instanceof ShadowRoot ? root.host : null;
  }
  return chain.filter(Boolean);
}
function nativeState(self) {
  const input = self.matches('input[type=checkbox],input[type=radio]') ? self
    : self.querySelector('input[type=checkbox]:not([aria-hidden=true])');
  return input && !input.indeterminate ? input.checked : null;
}
function context() {
  return {
    native: nativeState(this), ariaChecked: this.getAttribute('aria-checked'),
    ariaPressed: this.getAttribute('aria-pressed'), pieces: pieces(this),
    headings: headings(this), regions: regions(this),
  };
}
function sectionOf() {
  for (let p = up(this); p; p = up(p)) {
    if (!p.matches(SECTION)) continue;
    const box = p.getBoundingClientRect();
    if (p.matches('main,[role=main]') || (box.height >= 80 && p.querySelector(HEADING + ',legend'))) return p;
  }
  return null;
}
function focused() { return this.getRootNode().activeElement === this; }
function reveal() { this.scrollIntoView({ block: 'center', behavior: 'instant' }); }
function hit(el) {
  const box = el.getBoundingClientRect();
  let at = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  while (at && at.shadowRoot) {
    const inner = at.shadowRoot.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (!inner || inner === at) break;
    at = inner;
  }
  return at;
}
function visiblePart() {
  const self = this, area = row(self);
  const label = (self.labels && self.labels[0]) || self.closest('label');
  const parts = [self, self.nextElementSibling, label];
  for (let p = up(self); p && p !== up(area); p = up(p)) parts.push(p);
  return parts.find(part => {
    if (!part || !shown(part) || !alone(part, self)) return false;
    const at = hit(part);
    if (!at || !(holds(part, at) || holds(area, at))) return false;
    const pressable = at.closest('a,button,[role=button],[role=link],summary');
    return !pressable || pressable === self || holds(self, pressable);
  }) || null;
}
function sharesForm(other) {
  const form = this.closest('form');
  if (form) return other.closest('form') === form || other.form === form;
  const section = sectionOf.call(this) || this.ownerDocument.body;
  return section.contains(other) && !other.closest('form');
}
function frameText(buttons) {
  let p = up(this);
  while (p && !p.matches('body,html') && squeeze(p.innerText).length < 400 &&
    (p.querySelectorAll('button,[role=button]').length < buttons || squeeze(p.innerText).length < 12)) p = up(p);
  return p && !p.matches('body,html') ? squeeze(p.innerText).slice(0, 1500) : '';
}
function samePage() {
  const a = this.closest('a[href]');
  if (!a) return !this.matches('[type=submit]') && !(this.matches('button:not([type])') && this.closest('form'));
  const here = new URL(a.href, location.href);
  return a.getAttribute('href').startsWith('#') || (here.hash !== '' && here.origin + here.pathname + here.search === location.origin + location.pathname + location.search);
}
function scrollers() {
  const able = el => el.scrollHeight > el.clientHeight + 40 && el.clientHeight > 120;
  const inner = [...document.querySelectorAll('*')].filter(el => able(el) && /(auto|scroll)/.test(getComputedStyle(el).overflowY));
  const all = able(document.scrollingElement) ? [document.scrollingElement, ...inner] : inner;
  return all.slice(0, 3);
}
function scrollStep(which, step) {
  const el = scrollers()[which];
  if (!el) return false;
  const to = step * el.clientHeight * 0.8;
  if (step > 0 && to > el.scrollHeight) return false;
  el.scrollTo({ top: to, behavior: 'instant' });
  el.dispatchEvent(new Event('scroll'));
  return true;
}
function highlight() {
  this.scrollIntoView({ block: 'center', behavior: 'instant' });
  this.style.outline = '3px solid #d00';
  this.style.outlineOffset = '3px';
}
function inOwnForm() { return Boolean(this.closest('form')); }
function sentWith(other) {
  const box = 'form,dialog,[role=dialog],[role=alertdialog],[aria-modal=true]';
  const mine = this.closest(box), its = other.closest(box);
  if (mine) return its === mine || other.form === mine || (mine.contains(its) && !its.matches('form'));
  if (its) return false;
  let shared = this;
  while (shared && !shared.contains(other)) shared = up(shared);
  let part = other;
  while (part && up(part) !== shared) part = up(part);
  return !/cookie|クッキー|쿠키|печенье|файл.{0,5} cookie/i.test(part ? squeeze(part.innerText || '').slice(0, 2000) : '');
}
