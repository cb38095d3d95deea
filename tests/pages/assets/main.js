// Puts a settings page together from what the server says of it.
import { page, words, load, save, saveAll, defaults, toast, wait } from './account.js';
import { el, renderer } from './renderers.js';
import { places, virtual, curtains, questions, decoyButtons, press } from './scenes.js';

const main = document.querySelector('main');
const shown = {};
const state = {};
const marks = {};

function tell(key) {
  for (const show of shown[key] ?? []) show(state[key]);
  if (marks[key]) marks[key].textContent = `${(page.mark_lies ? state[key] !== 'on' : state[key] === 'on') ? words.on : words.off}`;
}

async function choose(row, kept) {
  const before = state[row.key];
  state[row.key] = kept;
  tell(row.key);
  if (row.matters && !(await questions[page.question](kept))) { state[row.key] = before; tell(row.key); return; }
  if (page.save_button) { wake(); return; }
  const busy = page.spinner ? main.appendChild(el('div', { role: 'progressbar', 'aria-label': '…', class: 'spin' }, '…')) : null;
  const ok = await save(row.key, kept);
  busy?.remove();
  if (!ok && page.client !== 'optimistic') { await wait(page.revert); state[row.key] = before; tell(row.key); toast('!'); }
}

let saving = null;
function wake() { if (saving) saving.disabled = false; }
function saveButton(place) {
  saving = press(words.save, async () => {
    saving.disabled = page.save_button !== 'always';
    const kept = Object.fromEntries(page.rows.map(row => [row.key, state[row.key]]));
    if (page.client === 'optimistic') await save(page.rows[0].key, kept[page.rows[0].key]);
    else await saveAll(kept);
  }, true);
  saving.disabled = page.save_button !== 'always';
  const bar = el('div', { class: page.save_button === 'sticky' ? 'sticky' : 'bar' }, press(words.cancel, () => location.reload()), ' ', saving);
  if (page.save_button === 'far') for (let i = 0; i < 40; i++) place.append(el('p', { class: 'filler' }, ' '));
  place.append(bar);
}

const choices = new Set(['radios', 'select', 'segments', 'segment-radios', 'three-state']);
async function draw() {
  const make = await renderer(page.library);
  const other = choices.has(page.library) ? await renderer('switch-button') : make;
  const one = (row, place) => {
    (shown[row.key] = []).push((row.matters ? make : other)(place, row, kept => choose(row, kept)));
    if (row.matters && page.mark) place.append(marks[row.key] = el('span', { class: 'mark' }));
    if (row.locked) place.append(el('p', { class: 'hint' }, words.managed));
    if (page.device && row.matters) place.append(el('p', { class: 'hint' }, words.device));
    tell(row.key);
  };
  const place = places[page.place](main);
  if (page.virtual) return virtual(place, fillers(), 72, (row, at) => (row.key ? one(row, at) : at.append(row.label)));
  for (const row of page.rows) {
    const at = el('div', { class: 'row' });
    place.append(at);
    one(row, at);
  }
}
const fillers = () => [...Array.from({ length: page.virtual }, (_, i) => ({ label: `${words.heading} ${i + 1}` })), ...page.rows];

function skeleton() {
  const lines = page.rows.map(() => el('div', { class: 'row skeleton' }, el('span', { class: 'bone' })));
  if (page.busy) main.setAttribute('aria-busy', 'true');
  main.append(...lines);
  return () => { lines.forEach(line => line.remove()); main.removeAttribute('aria-busy'); };
}

async function start() {
  if (page.loading === 'skeleton') {
    const done = skeleton();
    Object.assign(state, await load());
    done();
    await draw();
  } else {
    Object.assign(state, defaults());
    await draw();
    Object.assign(state, await load());
    for (const row of page.rows) tell(row.key);
  }
  decoyButtons(main);
  if (page.save_button) saveButton(main);
  if (page.curtain) curtains[page.curtain]();
}
start();
