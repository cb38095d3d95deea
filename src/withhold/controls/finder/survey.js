// Lists everything on a page, under `this` (a document or a shadow root), that a person can set: switches,
// boxes, choices, lists, sliders, and elements without a role that look and behave like one. Reads only.
// The functions of page.js stand before it.
const NATIVE = 'input[type=checkbox],input[type=radio],input[type=range],select';
const ROLED = '[role=switch],[role=checkbox],[role=radio],[role=menuitemcheckbox],[role=menuitemradio],' +
  '[role=slider],[role=combobox],[aria-haspopup=listbox],button[aria-pressed],[role=button][aria-pressed],' +
  '[role=option][aria-selected]';
const ON_TOKENS = new Set(['on', 'checked', 'active', 'enabled', 'selected', 'toggled', 'true', 'yes', '1', 'open1']);
const OFF_TOKENS = new Set(['off', 'unchecked', 'inactive', 'unselected', 'untoggled', 'false', 'no', '0', 'deselected']);
const STATE_ATTRIBUTES = ['data-state', 'data-status', 'data-checked', 'data-on', 'data-active', 'data-enabled',
  'data-selected', 'data-toggled', 'data-value', 'data-pressed', 'aria-selected', 'aria-current', 'checked', 'selected', 'active',
  'on', 'toggled', 'value', 'state'];
const SWITCHY = /(^|[-_\s])(toggle|switch|tgl|checkbox|chk|onoff|flip|slider|knob|track|pill|radio)/i;
const PRESSABLE = 'a,button,[role=button],[role=link],[role=tab],[role=menuitem],summary,input,select,textarea,label';
const TAKES_TEXT = 'input:not([type=checkbox]):not([type=radio]):not([type=range]),textarea';

function words(text) {
  return String(text).replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase().split(/[^a-z0-9]+/).filter(Boolean);
}
function tokenState(values) {
  const on = values.some(v => ON_TOKENS.has(v)), off = values.some(v => OFF_TOKENS.has(v));
  return on === off ? null : on;
}
function lastWords(el) {
  const all = [];
  for (const token of el.classList) {
    const w = words(token), n = w.length;
    if (n && !(w.includes('not') || w.includes('no'))) all.push(w[n - 1]);
    if (/(^|[-_:])(is|has)[-_]/.test(token) && n) all.push(w[n - 1]);
  }
  return all;
}
function attributeState(el) {
  const said = [];
  for (const name of STATE_ATTRIBUTES) {
    if (!el.hasAttribute(name)) continue;
    if (el.matches('input,option') && !name.startsWith('data-')) continue;
    if (name === 'value' && el.matches('button')) continue;
    const value = el.getAttribute(name).trim().toLowerCase();
    if (value === '' && ['checked', 'selected', 'active', 'on', 'toggled', 'data-checked', 'data-selected', 'data-active', 'data-on'].includes(name)) said.push('on');
    else if (value.length < 16) said.push(value);
  }
  return tokenState(said);
}
function classState(el) {
  return tokenState(lastWords(el));
}
// Whether a style sheet of the page gives one of the element's classes another look in an "on" state: then
// an element without that state is off, and not merely unmarked.
function sheetsOf(root) {
  const found = [];
  for (const sheet of [...(root.styleSheets || []), ...(root.adoptedStyleSheets || [])]) {
    try { for (const rule of sheet.cssRules) if (rule.selectorText) found.push(rule.selectorText); } catch { /* of another site */ }
  }
  return found;
}
function offByStyle(el, sheets) {
  const names = [...el.classList];
  if (!names.length) return false;
  return sheets.some(text => text.split(',').some(part => names.some(name => {
    const at = part.indexOf('.' + name);
    if (at < 0) return false;
    const m = /^\.[\w-]+((?:\.[\w-]+|\[[^\]]+\])+)/.exec(part.slice(at));
    if (!m || !part.slice(at).startsWith('.' + name + m[1][0])) return false;
    return words(m[1]).some(w => ON_TOKENS.has(w));
  })));
}
function ownText(el) { return squeeze(el.textContent).slice(0, 300); }
function isAside(el) { return Boolean(el.closest('[aria-hidden=true]')) && !el.matches('input'); }

function custom(root, known, sheets) {
  const found = [];
  for (const el of root.querySelectorAll('*')) {
    if (el.matches('html,body,script,style,template,option,svg,svg *,' + NATIVE + ',' + ROLED + ',' + TAKES_TEXT)) continue;
    if (el.matches('[role=tab],summary,details,nav a,a[href],[aria-expanded],[role=menuitem]')) continue;
    const button = el.matches('button,[role=button]');
    const style = getComputedStyle(el);
    const pointing = style.cursor === 'pointer' &&
      (!el.parentElement || getComputedStyle(el.parentElement).cursor !== 'pointer');
    const named = [...el.classList].some(c => SWITCHY.test(c)) || /(toggle|switch)/i.test(el.localName);
    if (!(button || pointing || el.hasAttribute('onclick') || el.tabIndex >= 0 && el.hasAttribute('tabindex') || named)) continue;
    if (!button && !pointing && !el.hasAttribute('onclick') && !el.hasAttribute('tabindex') && el.closest('button,a,label,' + NATIVE + ',' + ROLED)) continue;
    if (known.some(k => holds(el, k) || holds(k, el) || (k.labels && [...k.labels].some(l => holds(l, el))))) continue;
    const marks = attributeState(el) ?? classState(el);
    const stateful = marks !== null || (named && !button && (pointing || el.hasAttribute('onclick') || el.hasAttribute('tabindex')));
    if (!stateful) continue;
    if (ownText(el).length > 240 || el.querySelector('a[href],button,h1,h2,h3,' + TAKES_TEXT)) continue;
    found.push(el);
  }
  return found.filter(el => !found.some(other => other !== el && holds(el, other)));
}
// Neighbouring buttons of which one is marked are one choice, not several switches.
function segments(root, known) {
  const groups = [];
  for (const parent of new Set([...root.querySelectorAll('button,[role=button],[role=tab],[role=option],[onclick],[class*=seg i],[class*=pill i],[class*=option i]')].map(b => b.parentElement))) {
    if (!parent || parent.matches('nav,[role=navigation],[role=toolbar],[role=tablist] ')) continue;
    const kids = [...parent.children].filter(c => ownText(c) && shown(c));
    if (kids.length < 2 || kids.length > 5 || kids.length !== parent.children.length) continue;
    if (!kids.every(k => k.localName === kids[0].localName && !k.matches('a[href],input,select,label,details') && ownText(k).length < 60)) continue;
    if (!kids.every(k => k.matches('button,[role],[onclick],[tabindex]') || getComputedStyle(k).cursor === 'pointer')) continue;
    if (kids.some(k => k.matches('[role=switch],[role=checkbox],[role=radio],[aria-expanded]'))) continue;
    const chosen = kids.map(k => {
      const pressed = k.getAttribute('aria-pressed') ?? k.getAttribute('aria-checked') ?? k.getAttribute('aria-selected');
      if (pressed !== null) return pressed === 'true';
      return (attributeState(k) ?? classState(k)) === true;
    });
    if (chosen.filter(Boolean).length !== 1) continue;
    groups.push({ parent, kids, chosen });
  }
  return groups;
}
function lone(el, self, all) {
  return !all.some(c => c !== self && (el.contains(c) || (c.getRootNode() !== el.getRootNode() && holds(el, c))) &&
    !holds(c, self) && !holds(self, c) && !isAside(c));
}
function rowOf(self, all, group) {
  let found = self;
  const others = group ? all.filter(c => !group.includes(c)) : all;
  for (let p = up(self); p && !p.matches(CLIMB_ENDS.replace('fieldset,', '').replace('form,', 'form,')) && lone(p, self, others); p = up(p)) found = p;
  return found;
}
// A row that lies outside a closed shadow root does not show what is inside of it.
function enclosed(self, area) {
  const root = self.getRootNode();
  return root instanceof ShadowRoot && root.mode === 'closed' && area.getRootNode() !== root ? blocks(root) : [];
}
function textsOf(area) { return [...texts(area)].filter(seen).map(t => squeeze(t.data)).filter(Boolean); }
// Words of one block belong together, though several inline elements make it up.
function blocks(area) {
  const out = [];
  let last = null;
  for (const t of texts(area)) {
    if (!seen(t)) continue;
    let block = t.parentElement;
    while (block && block !== area && /^inline/.test(getComputedStyle(block).display) && !block.matches('button,label,[role]')) block = block.parentElement;
    if (block === last && block !== area) out[out.length - 1] += ' ' + squeeze(t.data);
    else out.push(squeeze(t.data));
    last = block;
  }
  return out.map(t => squeeze(t).slice(0, 600)).slice(0, 40);
}
// Text before or after an element that has none of its own in its row (cells of a grid).
function before(self, all) {
  for (let p = self; p && !p.matches(CLIMB_ENDS); p = up(p)) {
    for (let s = p.previousElementSibling; s; s = s.previousElementSibling) {
      if (all.some(c => s === c || s.contains(c))) return [];
      if (s.matches(HEADING)) return [];
      const said = blocks(s);
      if (said.length) return said;
    }
    if (p !== self && !lone(p, self, all)) return [];
  }
  return [];
}
function byIds(el, attribute) {
  const root = el.getRootNode();
  return (el.getAttribute(attribute) || '').split(/\s+/).filter(Boolean)
    .map(id => root.getElementById && root.getElementById(id)).filter(Boolean).map(e => squeeze(e.textContent)).filter(Boolean);
}
function labelsOf(el) {
  const own = el.labels ? [...el.labels] : [];
  const outer = el.closest('label');
  if (outer && !own.includes(outer)) own.push(outer);
  return own;
}
function namesOf(el) {
  const said = [byIds(el, 'aria-labelledby').join(' '), el.getAttribute('aria-label') || '',
    ...labelsOf(el).map(l => l.textContent), el.getAttribute('title') || ''];
  const host = el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null;
  if (host) said.push(host.getAttribute('aria-label') || '', host.getAttribute('label') || '', squeeze(host.textContent));
  return [...new Set(said.map(squeeze).filter(Boolean))];
}
function lockedBy(el) {
  const host = el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null;
  return el.matches(':disabled') || el.hasAttribute('readonly') ||
    [el, ...(host ? [host] : [])].some(e => e.closest('[aria-disabled=true],[inert]') !== null || e.hasAttribute('disabled') ||
      e.getAttribute('aria-readonly') === 'true' || [...e.classList].some(c => ['disabled', 'locked', 'readonly'].includes(words(c).at(-1))));
}
function inert(el) {
  for (let p = el, n = 0; p && n < 3; p = up(p), n++) if (getComputedStyle(p).pointerEvents === 'none' && p !== el) return true;
  return getComputedStyle(el).pointerEvents === 'none' && !el.matches('input');
}
function tellable(el, area) {
  const parts = [el, el.nextElementSibling, ...labelsOf(el)];
  for (let p = up(el); p && p !== up(area); p = up(p)) parts.push(p);
  return parts.some(p => p && shown(p));
}
function hiddenIn(el) {
  for (let p = el; p; p = up(p)) {
    if (p.matches('details:not([open])')) return 'a closed part';
    if (p.matches('dialog:not([open])')) return 'a closed dialog';
    if (p.matches('[role=tabpanel]') && !shown(p)) return 'another tab';
  }
  return 'a hidden part';
}
function groupOf(el) {
  if (el.matches('input[type=radio]')) {
    const home = el.form || el.getRootNode();
    const same = [...home.querySelectorAll('input[type=radio]')].filter(r => r.name === el.name && (r.name || r.closest('fieldset,[role=radiogroup]') === el.closest('fieldset,[role=radiogroup]')));
    let parent = el;
    while (parent && !same.every(r => parent.contains(r))) parent = parent.parentElement;
    return { members: same, parent: el.closest('[role=radiogroup]') || parent };
  }
  const parent = el.closest('[role=radiogroup],[role=menu],[role=group],[role=listbox],fieldset') || up(up(el));
  const role = el.getAttribute('role');
  return { members: parent ? [...parent.querySelectorAll(`[role=${role}]`)] : [el], parent };
}
function questionOf(parent, members, all) {
  if (!parent) return [];
  const said = [nameOf(parent)];
  const legend = parent.closest('fieldset') && parent.closest('fieldset').querySelector(':scope > legend');
  if (legend) said.push(squeeze(legend.textContent));
  const area = rowOf(parent, all.filter(c => !members.includes(c)), members);
  const inside = m => members.some(k => k.contains(m) || labelsOf(k).some(l => l.contains(m)) || (k.parentElement && k.parentElement !== parent && k.parentElement.contains(m) && members.filter(o => k.parentElement.contains(o)).length === 1));
  for (const t of texts(area)) if (seen(t) && !inside(t.parentElement)) said.push(squeeze(t.data));
  said.push(...byIds(parent, 'aria-describedby'));
  return [...new Set(said.filter(Boolean))].map(t => t.slice(0, 600)).slice(0, 12);
}
function chosenText(el) {
  if (el.matches('input')) return squeeze(el.value);
  const clone = squeeze(el.innerText || el.textContent);
  return clone.slice(0, 120);
}
function kindOf(el, customs) {
  if (customs.includes(el)) return 'custom';
  if (el.matches('select')) return 'select';
  if (el.matches('input[type=range],[role=slider]')) return 'slider';
  if (el.matches('input[type=radio]:not([role=switch]):not([role=checkbox]),[role=radio],[role=menuitemradio]')) return 'option';
  if (el.matches('[role=option]')) return 'listed';
  if (el.matches('[role=combobox],[aria-haspopup=listbox]') && !el.matches('[aria-pressed],[role=switch]')) return 'list';
  return 'switch';
}
function survey() {
  const root = this, sheets = sheetsOf(root);
  let known = deepAll(root, NATIVE + ',' + ROLED).filter(el => !isAside(el) && !(el.matches('input') && el.closest('[aria-hidden=true]') && el.getAttribute('aria-hidden') === 'true'));
  const seg = segments(root, known).filter(g => !g.parent.closest('[role=radiogroup],[role=listbox],select'));
  const segKids = seg.flatMap(g => g.kids);
  known = known.filter(el => !segKids.includes(el));
  known = known.filter(el => !known.some(o => o !== el && holds(o, el)) || el.matches('[role=option],[role=radio],[role=menuitemradio],[role=menuitemcheckbox],[role=switch]'));
  known = known.filter(el => !(el.matches('input') && known.some(o => o !== el && (holds(o, el)))));
  known = known.filter(el => !(el.matches('[role=radiogroup] input[type=radio]') && el.closest('[role=radio]') && el.closest('[role=radio]') !== el));
  const customs = custom(root, [...known, ...segKids], sheets);
  const all = [...known, ...segKids, ...customs];
  const ids = new Map(), gid = parent => { if (!ids.has(parent)) ids.set(parent, ids.size); return ids.get(parent); };
  const facts = all.map(el => {
    const segment = seg.find(g => g.kids.includes(el));
    const kind = segment ? 'option' : kindOf(el, customs);
    const group = segment ? { members: segment.kids, parent: segment.parent } : kind === 'option' ? groupOf(el) : null;
    const area = rowOf(el, all);
    const asked = el.getRootNode();
    const host = asked instanceof ShadowRoot ? asked.host : null;
    const inner = kind === 'switch' && !el.matches('input') ? el.querySelector('input[type=checkbox]') : null;
    const box = (tellable(el, el) ? el : area).getBoundingClientRect();
    const marks = [attributeState(el), classState(el)];
    const parts = kind === 'custom' ? [...el.querySelectorAll('*')].slice(0, 12).map(p => attributeState(p) ?? classState(p)) : [];
    return {
      kind, tag: el.localName, role: el.getAttribute('role') || '', names: namesOf(el).map(t => t.slice(0, 600)),
      described: [...byIds(el, 'aria-describedby'), el.getAttribute('aria-description') || ''].filter(Boolean),
      pieces: [...enclosed(el, area), ...blocks(area), ...[el, ...el.querySelectorAll('*')].slice(0, 40).flatMap(painted)].filter(Boolean),
      bits: [...texts(area)].filter(seen).map(t => squeeze(t.data)).filter(Boolean).slice(0, 40),
      aside: area === el || !textsOf(area).length ? before(el, all) : [],
      headings: headings(el), regions: regions(el),
      native: el.matches('input[type=checkbox],input[type=radio]') ? el.checked : inner ? inner.checked : null,
      mixed: el.matches('input') ? el.indeterminate : el.getAttribute('aria-checked') === 'mixed' || el.getAttribute('aria-pressed') === 'mixed',
      checked: el.getAttribute('aria-checked'), pressed: el.getAttribute('aria-pressed'),
      chosen: segment ? segment.chosen[segment.kids.indexOf(el)] : kind === 'listed' ? el.getAttribute('aria-selected') === 'true' : null,
      property: host && typeof host.checked === 'boolean' ? host.checked : typeof el.checked === 'boolean' && !el.matches('input') ? el.checked : null,
      marks, parts, offByStyle: kind === 'custom' && offByStyle(el, sheets),
      text: ownText(el), locked: lockedBy(el), untouchable: inert(el), shown: tellable(el, area),
      hiddenIn: tellable(el, area) ? null : hiddenIn(el),
      busy: Boolean(el.closest('[aria-busy=true]')),
      group: group ? gid(group.parent) : null,
      question: group && group.members[0] === el ? questionOf(group.parent, group.members, all) : [],
      options: el.matches('select') ? [...el.options].map(o => ({ text: squeeze(o.textContent), chosen: o.selected, locked: o.disabled })) : [],
      value: kind === 'list' ? chosenText(el) : null,
      range: kind === 'slider' ? {
        min: Number(el.getAttribute('aria-valuemin') ?? el.min ?? 0) || 0, max: Number(el.getAttribute('aria-valuemax') ?? el.max ?? 100),
        now: Number(el.matches('input') ? el.value : el.getAttribute('aria-valuenow')), text: el.getAttribute('aria-valuetext') || '',
        step: Number(el.step || 1) || 1 } : null,
      rtl: getComputedStyle(el).direction === 'rtl',
      box: [box.x, box.y, box.width, box.height],
      preset: el.matches('input') ? el.defaultChecked : null,
      focusable: el.tabIndex >= 0 || Boolean(el.querySelector('[tabindex]')),
    };
  });
  return { all, facts };
}
function elementAt(index) { return this.all[index]; }
