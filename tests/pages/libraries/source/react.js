// A row of React components: `make` gets the row, whether it is on, and what to call when it is turned.
import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { flushSync } from 'react-dom';

export const h = createElement;
export const react = make => (place, row, changed) => {
  let set;
  const Row = () => {
    const [on, now] = useState(false);
    set = now;
    return make({ row, on, turn: next => changed(next ? 'on' : 'off'), locked: Boolean(row.locked) });
  };
  flushSync(() => createRoot(place, { identifierPrefix: row.key.replace(/\W/g, "") }).render(h(Row)));
  return state => flushSync(() => set(state === 'on'));
};
