// Switches as pages render them by hand. Each makes the row of one setting in `place` and returns a function
// that shows a state; `changed` is told what the person chose.
import { page, words } from './account.js';

const el = (tag, attributes = {}, ...inside) => {
  const made = document.createElement(tag);
  for (const [name, given] of Object.entries(attributes)) if (given !== null) made.setAttribute(name, given);
  made.append(...inside);
  return made;
};
const text = row => el('div', { class: 'text' },
  el('span', { class: 'label', id: `${row.key}-l` }, row.label),
  ...(row.description ? [el('p', { class: 'hint', id: `${row.key}-d` }, row.description)] : []));
const lock = (made, row) => { if (row.locked === 'disabled') made.setAttribute('disabled', ''); return made; };

function button(place, row, changed, attribute, attributes, inside = [el('i')]) {
  const made = lock(el('button', { type: 'button', class: 'sw', id: row.key, ...attributes }, ...inside), row);
  if (row.locked === 'aria') made.setAttribute('aria-disabled', 'true');
  made.addEventListener('click', () => {
    if (!row.locked) changed(made.getAttribute(attribute) === 'true' ? 'off' : 'on');
  });
  place.append(made);
  return state => {
    made.setAttribute(attribute, String(state === 'on'));
    if (attribute === 'aria-checked') made.dataset.state = state === 'on' ? 'checked' : 'unchecked';
  };
}

function box(place, row, changed, inside, input) {
  input.addEventListener('change', () => changed(input.checked ? 'on' : 'off'));
  lock(input, row);
  place.append(inside);
  return state => { input.checked = state === 'on'; };
}
const input = row => el('input', { type: 'checkbox', id: row.key });

export const renderers = {
  'switch-button'(place, row, changed) {
    place.append(text(row));
    return button(place, row, changed, 'aria-checked', { role: 'switch', 'aria-labelledby': `${row.key}-l`,
      'aria-describedby': row.description ? `${row.key}-d` : null });
  },
  'label-for'(place, row, changed) {
    place.append(el('div', {}, el('label', { for: row.key }, row.label), el('p', { class: 'hint' }, row.description ?? '')));
    return button(place, row, changed, 'aria-checked', { role: 'switch' });
  },
  'nameless'(place, row, changed) {  // nothing but the text beside it says what it is
    place.append(text(row));
    return button(place, row, changed, 'aria-checked', { role: 'switch' });
  },
  'on-off-name'(place, row, changed) {  // its own text is its name
    place.append(text(row));
    const made = el('span', {}, '');
    const show = button(place, row, changed, 'aria-checked', { role: 'switch' }, [made]);
    return state => { show(state); made.textContent = state === 'on' ? words.on : words.off; };
  },
  'pressed'(place, row, changed) {
    place.append(text(row));
    return button(place, row, changed, 'aria-pressed', { 'aria-labelledby': `${row.key}-l` });
  },
  'checkbox'(place, row, changed) {
    const made = input(row);
    return box(place, row, changed, el('label', { class: 'text' }, made, ' ', row.label,
      el('small', { class: 'hint' }, ' ', row.description ?? '')), made);
  },
  'hidden-box'(place, row, changed) {  // the box is not shown, its styled label is what people click
    const made = el('input', { type: 'checkbox', id: row.key, class: 'gone' });
    place.append(text(row));
    return box(place, row, changed, el('span', {}, made, el('label', { for: row.key, class: 'track' }, el('i'))), made);
  },
  'clipped-box'(place, row, changed) {
    const made = el('input', { type: 'checkbox', role: 'switch', id: row.key, class: 'clip' });
    return box(place, row, changed, el('label', { class: 'wide' }, el('span', {}, row.label,
      el('small', { class: 'hint' }, ' ', row.description ?? '')), made, el('span', { class: 'track', 'aria-hidden': 'true' }, el('i'))), made);
  },
  'div-role'(place, row, changed) {
    place.append(text(row));
    const made = el('div', { role: 'switch', tabindex: '0', class: 'sw', 'aria-labelledby': `${row.key}-l` }, el('i'));
    const turn = () => changed(made.getAttribute('aria-checked') === 'true' ? 'off' : 'on');
    made.addEventListener('click', turn);
    made.addEventListener('keydown', event => { if (event.key === ' ' || event.key === 'Enter') { event.preventDefault(); turn(); } });
    place.append(made);
    return state => made.setAttribute('aria-checked', String(state === 'on'));
  },
  'bare-div'(place, row, changed) {  // no role, no state that is announced, the mouse alone
    place.append(text(row));
    const made = el('div', { class: 'sw toggle' }, el('i'));
    made.addEventListener('click', () => changed(made.classList.contains('toggle--on') ? 'off' : 'on'));
    place.append(made);
    return state => { made.classList.toggle('toggle--on', state === 'on'); made.classList.toggle('on', state === 'on'); };
  },
  'radios'(place, row, changed) {
    const choices = { on: words.allow, off: words.deny };
    const made = Object.entries(choices).map(([kept, label]) => {
      const one = el('input', { type: 'radio', name: row.key, value: kept });
      one.addEventListener('change', () => changed(kept));
      lock(one, row);
      return [kept, one, el('label', { class: 'choice' }, one, ' ', label)];
    });
    place.append(el('fieldset', {}, el('legend', {}, words.choice), ...made.map(([, , label]) => label)));
    return state => { for (const [kept, one] of made) one.checked = kept === state; };
  },
  'select'(place, row, changed) {
    const made = el('select', { id: row.key }, el('option', { value: 'on' }, words.allow), el('option', { value: 'off' }, words.deny));
    made.addEventListener('change', () => changed(made.value));
    lock(made, row);
    place.append(el('label', { for: row.key }, words.choice), made);
    return state => { made.value = state; };
  },
  'segments'(place, row, changed) {
    const made = Object.entries({ on: words.allow, off: words.deny }).map(([kept, label]) => {
      const one = el('button', { type: 'button', class: 'btn', 'aria-pressed': 'false' }, label);
      one.addEventListener('click', () => changed(kept));
      return [kept, one];
    });
    place.append(text({ ...row, label: words.choice }), el('div', { role: 'group', 'aria-labelledby': `${row.key}-l` }, ...made.map(([, one]) => one)));
    return state => { for (const [kept, one] of made) one.setAttribute('aria-pressed', String(kept === state)); };
  },
  'segment-radios'(place, row, changed) {
    const made = Object.entries({ on: words.allow, off: words.deny }).map(([kept, label]) => {
      const one = el('button', { type: 'button', class: 'btn', role: 'radio', 'aria-checked': 'false' }, label);
      one.addEventListener('click', () => changed(kept));
      return [kept, one];
    });
    place.append(el('div', { role: 'radiogroup', 'aria-label': words.choice }, ...made.map(([, one]) => one)));
    return state => { for (const [kept, one] of made) one.setAttribute('aria-checked', String(kept === state)); };
  },
  'verb-button'(place, row, changed) {  // the button says what pressing it would do
    const made = el('button', { type: 'button', class: 'btn', id: row.key, 'aria-describedby': `${row.key}-l` });
    const status = el('span', { class: 'hint' });
    let kept = 'on';
    made.addEventListener('click', () => changed(kept === 'on' ? 'off' : 'on'));
    place.append(text(row), status, made);
    return state => { kept = state; status.textContent = state === 'on' ? words.on : words.off;
      made.textContent = state === 'on' ? words.turn_off : words.turn_on; };
  },
  'closed-shadow'(place, row, changed) {
    const host = el('x-setting', { 'data-key': row.key });
    const root = host.attachShadow({ mode: 'closed' });
    root.append(el('style'), el('div', { class: 'row', part: 'row' }));
    root.firstChild.textContent = '.row{display:flex;gap:24px;justify-content:space-between}button{width:44px;height:24px}';
    place.append(host);
    return renderers['switch-button'](root.lastChild, row, changed);
  },
  'three-state'(place, row, changed) {  // the box above two others: mixed while they differ
    const above = el('input', { type: 'checkbox', id: row.key });
    const parts = [0, 1].map(i => el('input', { type: 'checkbox', id: `${row.key}-${i}` }));
    const names = [row.label, row.second];
    place.append(el('div', { class: 'text' }, el('label', {}, above, ' ', words.choice),
      ...parts.map((part, i) => el('label', { class: 'choice' }, part, ' ', names[i]))));
    const join = () => { above.checked = parts.every(p => p.checked); above.indeterminate = !above.checked && parts.some(p => p.checked); };
    const tell = () => { join(); changed(parts.map(p => (p.checked ? 'on' : 'off')).join('/')); };
    above.addEventListener('change', () => { for (const p of parts) p.checked = above.checked; tell(); });
    for (const part of parts) part.addEventListener('change', tell);
    return state => { const [a, b] = state.split('/'); parts[0].checked = a === 'on'; parts[1].checked = b === 'on'; join(); };
  },
};

// A library's row as its real build rendered it, on and off; what differs is carried over when it turns.
export async function recorded(library) {
  const shots = await (await fetch(`/snapshots/${library}.json`)).json();
  return (place, row, changed) => {
    const fill = html => owned(html, row.key).replaceAll('@@label@@', row.label).replaceAll('@@description@@', row.description ?? '').replaceAll('@@id@@', row.key);
    const forms = { on: fill(shots.on), off: fill(shots.off) };
    place.setHTMLUnsafe(forms.off);
    let kept = 'off';
    const turn = () => changed(kept === 'on' ? 'off' : 'on');
    const part = pressable(place);
    if (row.locked) part.setAttribute('disabled', '');
    if (part.matches('input')) part.addEventListener('change', turn);
    else {
      part.addEventListener('click', turn);
      part.addEventListener('keydown', event => {
        if (event.key === ' ' && !part.matches('button')) { event.preventDefault(); turn(); }
      });
    }
    return state => {
      kept = state;
      const wanted = document.createElement('div');
      wanted.setHTMLUnsafe(forms[state]);
      become(place, wanted, row.locked);
      if (part.matches('input')) part.checked = state === 'on';
    };
  };
}

// Ids that a library made up are made this row's own.
const owned = (html, key) => [...html.matchAll(/ id="([^"@]+)"/g)].reduce((told, [, id]) =>
  told.replace(new RegExp(`(?<=["\\s])${RegExp.escape(id)}(?=["\\s])`, 'g'), `${id}-${key}`), html);
function* everything(root) {
  for (const found of root.querySelectorAll('*')) { yield found; if (found.shadowRoot) yield* everything(found.shadowRoot); }
}
const pressable = root => [...everything(root)].find(one =>
  one.matches('input[type=checkbox],[role=switch],[role=checkbox],button'));

function become(now, wanted, locked) {
  for (const [one, other] of pairs(now, wanted)) {
    for (const { name } of [...one.attributes])
      if (!other.hasAttribute(name) && !(locked && name === 'disabled')) one.removeAttribute(name);
    for (const { name, value } of [...other.attributes]) if (one.getAttribute(name) !== value) one.setAttribute(name, value);
    if (!one.children.length && !other.children.length && one.textContent !== other.textContent) one.textContent = other.textContent;
  }
}
function* pairs(now, wanted) {
  const ours = [...now.children], theirs = [...wanted.children];
  for (let i = 0; i < Math.min(ours.length, theirs.length); i++) {
    yield [ours[i], theirs[i]];
    yield* pairs(ours[i], theirs[i]);
    if (ours[i].shadowRoot && theirs[i].shadowRoot) yield* pairs(ours[i].shadowRoot, theirs[i].shadowRoot);
  }
}

export async function renderer(library) {
  if (library.startsWith('recorded:')) return recorded(library.slice(9));
  if (library.startsWith('live:')) return (await import(`/libraries/${library.slice(5)}.js`)).default;
  return renderers[library];
}
export { el, page };
