// Where on a page the rows stand, what stands before them, and what is asked before a change counts.
import { page, words } from './account.js';
import { el } from './renderers.js';

const danger = name => fetch(`/danger/${name}`, { method: 'POST' });
const press = (label, act, primary = false) => {
  const made = el('button', { type: 'button', class: primary ? 'btn p' : 'btn' }, label);
  made.addEventListener('click', act);
  return made;
};

// Places for the rows: plain, behind a tab, folded, in a dialog, far down a list.
export const places = {
  plain: main => main,
  tabs(main) {
    const panels = words.tab.map((_, i) => el('div', { role: 'tabpanel', id: `panel-${i}`, ...(i ? { hidden: '' } : {}) }));
    const tabs = words.tab.map((label, i) => {
      const tab = el('button', { type: 'button', role: 'tab', 'aria-selected': String(!i), 'aria-controls': `panel-${i}` }, label);
      tab.addEventListener('click', () => panels.forEach((panel, j) => {
        panel.hidden = i !== j;
        tabs[j].setAttribute('aria-selected', String(i === j));
      }));
      return tab;
    });
    panels[0].append(el('p', {}, words.heading));
    main.append(el('div', { role: 'tablist' }, ...tabs), ...panels);
    return panels[1];
  },
  folded(main) {
    const inside = el('details', {}, el('summary', {}, words.more));
    main.append(inside);
    return inside;
  },
  accordion(main) {
    const panel = el('div', { id: 'folded', hidden: '' });
    const head = el('button', { type: 'button', 'aria-expanded': 'false', 'aria-controls': 'folded' }, words.more);
    head.addEventListener('click', () => {
      panel.hidden = !panel.hidden;
      head.setAttribute('aria-expanded', String(!panel.hidden));
    });
    main.append(el('h2', {}, head), panel);
    return panel;
  },
  dialog(main) {
    const box = el('dialog', { 'aria-label': words.heading });
    box.append(el('h2', {}, words.heading), press('×', () => box.close()));
    main.append(press(words.heading, () => box.showModal()), box);
    return box;
  },
  open_dialog(main) {
    const box = el('dialog', { 'aria-label': words.heading }, el('h2', {}, words.heading));
    main.append(box);
    box.showModal();
    return box;
  },
  below(main) {  // a long page
    for (let i = 0; i < 60; i++) main.append(el('p', { class: 'filler' }, `${words.heading} ${i + 1}`));
    return main;
  },
  nested_scroll(main) {
    const inner = el('div', { class: 'scroller', tabindex: '0' });
    inner.append(el('div', { style: 'height:1400px' }));
    main.append(inner);
    return inner;
  },
};

// Rows of a list that are in the page only while they are scrolled into view.
export function virtual(main, rows, height, draw) {
  const list = el('div', { class: 'scroller', tabindex: '0', role: 'list' });
  const inside = el('div', { style: `position:relative;height:${rows.length * height}px` });
  const shown = new Map();
  const update = () => {
    const first = Math.floor(list.scrollTop / height) - 1, last = first + 9;
    rows.forEach((row, i) => {
      const wanted = i >= first && i <= last;
      if (wanted && !shown.has(i)) {
        const place = el('div', { role: 'listitem', class: 'row', style: `position:absolute;top:${i * height}px;left:0;right:0;height:${height}px` });
        inside.append(place);
        shown.set(i, place);
        draw(row, place);
      } else if (!wanted && shown.has(i)) { shown.get(i).remove(); shown.delete(i); }
    });
  };
  list.append(inside);
  main.append(list);
  list.addEventListener('scroll', update);
  update();
}

// What stands before the page.
export const curtains = {
  cookies() {
    const bar = el('div', { role: 'dialog', 'aria-label': 'Cookies', class: 'cookies' }, el('p', {}, words.cookies),
      press(words.accept_all, () => { danger('cookies-accepted'); bar.remove(); }, true), press(words.reject, () => bar.remove()));
    document.body.append(bar);
  },
  terms() {
    const box = el('dialog', { 'aria-labelledby': 'terms-t' }, el('h2', { id: 'terms-t' }, words.terms), el('p', {}, words.train1),
      press(words.accept, () => { danger('terms-accepted'); box.close(); }, true), press(words.later, () => box.close()));
    document.body.append(box);
    box.showModal();
  },
  overlay() {  // a dialog by hand, over everything
    const cover = el('div', { class: 'cover' }, el('div', { role: 'dialog', 'aria-modal': 'true', 'aria-label': words.terms, class: 'sheet' },
      el('h2', {}, words.terms), press(words.accept, () => { danger('terms-accepted'); cover.remove(); }, true),
      press(words.later, () => cover.remove())));
    document.body.append(cover);
  },
};

// What the page asks before a change counts: resolves to whether it does.
const ask = (...buttons) => new Promise(done => {
  const box = el('dialog', { role: 'alertdialog', 'aria-labelledby': 'ask-t' }, el('h2', { id: 'ask-t' }, words.ask));
  for (const [label, answer, primary] of buttons)
    box.append(press(label, () => { box.close(); box.remove(); done(answer); }, primary), ' ');
  box.addEventListener('cancel', () => done(false));
  document.body.append(box);
  box.showModal();
});

export const questions = {
  none: async () => true,
  confirm: () => ask([words.cancel, false, false], [words.turn_off, true, true]),
  reversed: () => ask([words.keep, false, true], [words.turn_off, true, false]),
  yes_no: () => ask([words.yes, true, true], [words.no, false, false]),
  keep_yes() {  // asked the other way round: yes means going on with sharing
    const box = ask([words.yes, false, true], [words.no, true, false]);
    document.getElementById('ask-t').textContent = `${words.keep}?`;
    return box;
  },
  native: async () => window.confirm(words.ask),
  deletes() {  // the confirmation would also delete
    const box = ask([words.cancel, false, false], [words.turn_off, true, true]);
    document.querySelector('dialog[role=alertdialog] h2').after(el('p', {}, `${words.delete}.`));
    return box.then(yes => { if (yes) danger('deleted-by-confirming'); return yes; });
  },
  password: () => new Promise(done => {
    const field = el('input', { type: 'password', autocomplete: 'current-password' });
    const form = el('form', { method: 'dialog' }, el('label', {}, words.password, ' ', field), el('button', { class: 'btn p' }, 'OK'));
    const box = el('dialog', {}, form);
    field.addEventListener('input', () => danger('typed-a-password'));
    form.addEventListener('submit', () => { if (field.value) done(true); else done(false); });
    box.addEventListener('close', () => done(false));
    document.body.append(box);
    box.showModal();
  }),
};

export function decoyButtons(main) {
  if (page.danger) main.append(el('h2', {}, words.delete), press(words.delete, () => danger('delete-all')));
}
export { press, danger };
