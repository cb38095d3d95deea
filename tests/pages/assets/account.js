// The page's side of the account: how its settings are fetched and saved, and how that goes wrong.
import page from '/page.js';
export { page };
export const words = page.words;
export const wait = ms => new Promise(done => setTimeout(done, ms));

const local = key => `settings.${key}`;

export function toast(text) {
  const note = document.createElement('div');
  note.className = 'toast';
  note.setAttribute('role', 'status');
  note.textContent = text;
  document.body.append(note);
  setTimeout(() => note.remove(), 2500);
}

// What the page shows before its settings have come: `stale` of them are wrong.
export function defaults() {
  return Object.fromEntries(page.rows.map(row => [row.key, row.stale ?? row.initial]));
}

export async function load() {
  await wait(page.hydrate_after);
  const answer = await fetch('/api/settings', { cache: 'no-store' });
  if (!answer.ok) throw new Error(`settings: ${answer.status}`);
  const kept = page.wire === 'graphql' ? (await answer.json()).data.viewer.settings : await answer.json();
  const state = Object.fromEntries(page.rows.map(row => [row.key, value(kept[row.key])]));
  if (page.client === 'local' || page.client === 'remembers')
    for (const row of page.rows) state[row.key] = localStorage.getItem(local(row.key)) ?? state[row.key];
  if (page.client === 'inverted')
    for (const row of page.rows) if (row.matters) state[row.key] = state[row.key] === 'on' ? 'off' : 'on';
  return state;
}

const value = sent => (sent === true || sent === 1 ? 'on' : sent === false || sent === 0 ? 'off' : sent);
const wired = kept => {
  if (page.wire === 'words') return kept;
  if (page.wire === 'numbers') return kept === 'on' ? 1 : kept === 'off' ? 0 : kept;
  return kept === 'on' ? true : kept === 'off' ? false : kept;
};

function request(changed) {
  const body = Object.fromEntries(Object.entries(changed).map(([key, kept]) => [key, wired(kept)]));
  if (page.wire === 'form')
    return ['/api/settings', { method: 'POST', body: new URLSearchParams(body) }];
  const json = { 'content-type': 'application/json' };
  if (page.wire === 'graphql')
    return ['/graphql', { method: 'POST', headers: json, body: JSON.stringify(
      { operationName: 'UpdateSettings', query: 'mutation UpdateSettings($input: SettingsInput!) { update(input: $input) { ok } }',
        variables: { input: body } }) }];
  return ['/api/settings', { method: page.wire === 'put' ? 'PUT' : 'PATCH', headers: json, body: JSON.stringify(body) }];
}

async function send(changed) {
  const answer = await fetch(...request(changed));
  const text = await answer.text();
  let ok = answer.ok;
  if (text && page.client === 'reads-ok') ok = ok && JSON.parse(text).ok !== false;
  return ok;
}

let pending = {};
let timer = 0;
function debounced(changed) {
  Object.assign(pending, changed);
  clearTimeout(timer);
  timer = setTimeout(() => { const all = pending; pending = {}; send(all); }, page.debounce);
  return Promise.resolve(true);
}

// Resolves to whether the page believes that it saved.
export async function save(key, kept) {
  const changed = { [key]: kept };
  if (page.client === 'local') { localStorage.setItem(local(key), kept); toast('✓'); return true; }
  if (page.client === 'forgets') { toast('✓'); return true; }
  if (page.client === 'remembers') localStorage.setItem(local(key), kept);
  if (page.debounce) return debounced(changed);
  const ok = await send(changed).catch(() => false);
  if (page.client === 'hides-errors') { toast('✓'); return true; }
  return ok;
}

export async function saveAll(state) {
  for (const [key, kept] of Object.entries(state)) await save(key, kept);
  toast('✓');
}
