// Tells what stands under `this` (a document or a shadow root) that a person may consent with: controls,
// buttons, sentences, each with its boxes and colours. Reads only.
const CONTROLS = 'input[type=checkbox],input[type=radio],select,[role=switch],[role=checkbox],[role=radio],' +
  'button[aria-pressed],[role=button][aria-pressed]';
const BUTTONS = 'button,[role=button],input[type=submit],input[type=button],a[class*=btn i],a[class*=button i]';
const MOST = 600;

const squeeze = text => String(text ?? '').replace(/\s+/g, ' ').trim();
const up = el => el.parentElement ?? (el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null);
function* everything(root) {
  for (const el of root.querySelectorAll('*')) { yield el; if (el.shadowRoot) yield* everything(el.shadowRoot); }
}
function chain(el) { const all = []; for (let p = el; p; p = up(p)) all.push(p); return all; }
function inside(el, selector) { return chain(el).some(p => p.matches(selector)); }

const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
function rgba(colour) {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = '#000';
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}
const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
// The colour behind an element; null where a picture or a gradient lies there.
function behind(el) {
  const layers = [];
  for (const p of chain(el)) {
    const style = getComputedStyle(p);
    if (style.backgroundImage !== 'none') return null;
    const colour = rgba(style.backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
}
function luminance(colour) {
  const [r, g, b] = colour.slice(0, 3).map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ratio(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}
// WCAG contrast of an element's text, its own and its ancestors' opacity included.
function contrast(el) {
  const back = behind(el);
  if (back === null) return null;
  const text = rgba(getComputedStyle(el).color);
  text[3] *= chain(el).reduce((all, p) => all * Number(getComputedStyle(p).opacity), 1);
  return ratio(over(text, back), back);
}

function visible(el) {
  const box = el.getBoundingClientRect();
  return box.width >= 2 && box.height >= 2 && el.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !clipped(el);
}
function clipped(el) {
  const style = getComputedStyle(el);
  return /inset\(50%\)|inset\(100%\)/.test(style.clipPath) || (style.clip !== 'auto' && style.position === 'absolute' && /rect\(0px|rect\(1px/.test(style.clip));
}
const boxOf = el => { const b = el.getBoundingClientRect(); return [b.x + scrollX, b.y + scrollY, b.width, b.height]; };
// Why an element is out of sight though the page holds it ready; null where it is in sight, '' where it is not offered at all.
function hiddenBy(el) {
  for (const p of chain(el)) {
    if (p.matches('details:not([open])') && !el.closest('summary')) return 'in a part that is folded';
    if (p.matches('dialog:not([open])')) return '';
    if (p.id && getComputedStyle(p).display === 'none') {
      const opener = p.getRootNode().querySelector(`[aria-controls~="${CSS.escape(p.id)}"]`);
      if (opener) return opener.matches('[role=tab]') ? 'behind another tab' : 'in a part that is folded';
    }
  }
  return null;
}
function scrolledAway(el) {
  const box = el.getBoundingClientRect();
  for (let p = up(el); p && p !== document.body && p !== document.documentElement; p = up(p)) {
    if (!/(auto|scroll)/.test(getComputedStyle(p).overflowY) || p.scrollHeight <= p.clientHeight + 8) continue;
    const view = p.getBoundingClientRect();
    if (box.top >= view.bottom - 4 || box.bottom <= view.top + 4) return true;
  }
  return false;
}

function byIds(el, attribute) {
  return (el.getAttribute(attribute) ?? '').split(/\s+/).filter(Boolean)
    .map(id => el.getRootNode().getElementById?.(id)).filter(Boolean);
}
function labels(el) {
  const host = el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null;
  const found = [...(el.labels ?? []), el.closest('label'), ...(host ? [...(host.labels ?? []), host.closest('label')] : [])];
  return [...new Set(found.filter(Boolean))];
}
// The largest part of the page around a control that holds no other one.
function rowOf(el, all) {
  let row = el;
  for (let p = up(el); p && !p.matches('body,html,form,main,dialog,[role=dialog],fieldset'); p = up(p)) {
    if (all.some(other => other !== el && !other.contains(el) && chain(other).includes(p))) break;
    if (squeeze(p.innerText).length > 400 || p.querySelector('h1,input[type=email],input[type=password]')) break;
    row = p;
  }
  return row;
}
// The texts under an element that are in sight. One that stands on a new line begins with a line's end.
function words(root) {
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  const found = [];
  let broken = false;
  while (walk.nextNode()) {
    const node = walk.currentNode, near = node.parentElement;
    if (node.nodeType === Node.ELEMENT_NODE) { broken ||= node.localName === 'br'; continue; }
    if (!squeeze(node.data)) { if (found.length) found.at(-1).data += ' '; continue; }
    if (!near || near.closest('script,style,option') || !visible(near)) continue;
    found.push({ data: `${broken ? '\n' : ''}${node.data.replace(/\s+/g, ' ')}`, near });
    broken = false;
  }
  return found;
}
const textParts = root => words(root).map(({ near }) => near);
// The words of an area, block by block.
function blocks(area) {
  const found = new Map();
  for (const { data, near } of words(area)) {
    const whole = block(near);
    const key = area.contains(whole) ? whole : area;
    found.set(key, (found.get(key) ?? '') + data);
  }
  return [...found.values()].flatMap(text => text.split('\n')).map(squeeze).filter(text => text.length > 1);
}
// What a control is called, and what else is said beside it.
function named(el, row) {
  const host = el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null;
  const byLabel = labels(el).flatMap(blocks);
  const said = [byIds(el, 'aria-labelledby').map(e => squeeze(e.textContent)).join(' '), squeeze(el.getAttribute('aria-label')),
    byLabel[0], squeeze(labels(el)[0]?.textContent), host ? blocks(host)[0] ?? squeeze(host.textContent) : '', ...blocks(row), squeeze(el.innerText)];
  const label = said.find(text => text && text.length > 1) ?? '';
  return { label, beside: [...new Set([...byLabel, ...blocks(row)])].filter(text => text !== label).join(' \n') };
}
// What a person sees of a control whose own box may be transparent or clipped.
function looks(el, row) {
  const sized = part => part.getBoundingClientRect().width >= 4 && visible(part);
  if (sized(el)) return el;
  const near = [el.nextElementSibling, el.previousElementSibling, ...labels(el).flatMap(l => [...l.children]), up(el)];
  return near.find(part => part && sized(part) && !squeeze(part.textContent)) ?? labels(el).find(sized) ?? row;
}
// Small parts without a role that look like a switch and take a press.
const SWITCHY = /(^|[-_])(toggle|switch|checkbox|onoff)($|[-_])/i;
const ON = /(^|[-_])(on|checked|active|enabled|selected)$/i, OFF = /(^|[-_])(off|unchecked|inactive|disabled)$/i;
function drawn(here, known) {
  return here.filter(el => !el.matches('input,select,option,label,svg,svg *') && [...el.classList].some(name => SWITCHY.test(name)) &&
    getComputedStyle(el).cursor === 'pointer' && !squeeze(el.textContent) && el.offsetWidth <= 120 && el.offsetHeight <= 60 &&
    !known.some(one => one.contains(el) || el.contains(one) || labels(one).some(label => label.contains(el))));
}
function drawnState(el) {
  const told = [...el.classList, el.dataset.state ?? ''];
  const on = told.some(name => ON.test(name)), off = told.some(name => OFF.test(name));
  return on === off ? null : on;
}
function stateOf(el) {
  if (!el.matches(CONTROLS)) return drawnState(el);
  if (el.matches('select')) return null;
  if (el.matches('input')) return el.checked;
  const told = el.getAttribute('aria-checked') ?? el.getAttribute('aria-pressed');
  return told === 'true' ? true : told === 'false' ? false : null;
}
const kindOf = el => (!el.matches(CONTROLS) ? 'custom' : el.matches('select') ? 'select' : el.matches('[role=switch]') ? 'switch'
  : el.matches('[type=radio],[role=radio]') ? 'radio' : el.matches('[aria-pressed]') ? 'button' : 'checkbox');

function control(el, all) {
  const hidden = hiddenBy(el);
  const row = rowOf(el, all);
  const seen = looks(el, row);
  if (hidden === '' || (hidden === null && !visible(seen))) return null;
  const hit = labels(el).filter(visible);
  const { label, beside } = named(el, row);
  const texts = [...(hit.length ? hit : byIds(el, 'aria-labelledby')).flatMap(textParts), ...textParts(row)];
  const main = texts.find(part => label.includes(squeeze(part.textContent).slice(0, 12))) ?? texts[0];
  const group = el.closest('fieldset,[role=radiogroup]');
  const question = group ? squeeze(group.querySelector('legend')?.textContent || group.getAttribute('aria-label') || byIds(group, 'aria-labelledby').map(e => e.textContent).join(' ')) : '';
  return {
    kind: kindOf(el), label: label.slice(0, 400), beside: beside.slice(0, 600),
    state: stateOf(el), question: question.slice(0, 300),
    options: el.matches('select') ? [...el.options].map(o => ({ text: squeeze(o.textContent), chosen: o.selected })) : [],
    box: boxOf(seen), hits: [seen, ...hit].map(boxOf), font: main ? parseFloat(getComputedStyle(main).fontSize) : null,
    weight: main ? Number(getComputedStyle(main).fontWeight) : 400,
    contrast: main ? contrast(main) : null, hidden: hidden ?? (scrolledAway(seen) ? 'scrolled out of sight' : null),
    place: placeOf(el), disabled: el.matches(':disabled') || inside(el, '[aria-disabled=true]'),
  };
}
const CONTAINERS = 'form,dialog,[role=dialog],[role=alertdialog]';
const areas = [];
function placeOf(el) {
  const found = chain(el).find(p => p.matches(CONTAINERS));
  if (!found) return null;
  if (!areas.includes(found)) areas.push(found);
  return areas.indexOf(found);
}
function button(el) {
  const text = squeeze(el.innerText || el.value || el.getAttribute('aria-label'));
  const back = behind(up(el) ?? el), own = rgba(getComputedStyle(el).backgroundColor);
  return {
    text: text.slice(0, 120), box: boxOf(el), submit: el.matches('[type=submit]') || (el.matches('button:not([type])') && Boolean(el.closest('form'))),
    filled: getComputedStyle(el).backgroundImage !== 'none' || (own[3] > 0 && back !== null && ratio(over(own, back), back) > 1.5),
    contrast: contrast(el), place: placeOf(el), font: parseFloat(getComputedStyle(el).fontSize),
  };
}
function block(el) {
  let found = el;
  while (up(found) && /^(inline|contents)/.test(getComputedStyle(found).display) && found.parentElement) found = found.parentElement;
  return found;
}
// Blocks of prose, each with the words that are its own and not those of blocks, controls or buttons inside it.
function sentences(root, taken) {
  const blocks = new Map();
  for (const { data, near } of words(root)) {
    if (blocks.size >= MOST || near.closest('button,label,option,[role=button]') || taken.some(row => chain(near).includes(row))) continue;
    const whole = block(near);
    if (!blocks.has(whole)) blocks.set(whole, { part: near, said: [] });
    blocks.get(whole).said.push(data);
  }
  return [...blocks].map(([el, { part, said }]) => ({ el, part, text: squeeze(said.join('')) }))
    .filter(({ text }) => text.length >= 8 && text.length <= 900)
    .map(({ el, part, text }) => ({ text, box: boxOf(el), font: parseFloat(getComputedStyle(part).fontSize), contrast: contrast(part),
      place: placeOf(el), dialog: inside(el, 'dialog,[role=dialog],[role=alertdialog]'),
      article: inside(el, 'article,blockquote,pre,code,[role=article]'), heading: inside(el, 'h1,h2,h3,h4,h5,h6,legend,[role=heading]'), hidden: scrolledAway(el) ? 'scrolled out of sight' : null }));
}
function spot() {
  const here = [...everything(this)];
  const known = here.filter(el => el.matches(CONTROLS)).slice(0, MOST);
  const all = [...known, ...drawn(here, known)];
  const controls = all.map(el => [el, control(el, all)]).filter(([, told]) => told);
  const pressable = here.filter(el => el.matches(BUTTONS) && !el.matches('[aria-pressed],[role=switch],[aria-expanded],[role=tab]') && visible(el));
  const body = document.body ? parseFloat(getComputedStyle(document.body).fontSize) : 16;
  const asks = here.some(el => el.matches('input[type=password],input[type=email],input[autocomplete*=email],input[autocomplete=username]') && visible(el));
  return { controls: controls.map(([, told]) => told), buttons: pressable.slice(0, MOST).map(button),
    sentences: [this, ...here.filter(el => el.shadowRoot).map(el => el.shadowRoot)].flatMap(root => sentences(root, controls.map(([el]) => rowOf(el, all)))),
    font: body, asks };
}
