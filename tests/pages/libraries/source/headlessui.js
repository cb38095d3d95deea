import { Switch, Field, Label, Description } from '@headlessui/react';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h(Field, { disabled: locked, style: { display: 'flex', gap: 24 } },
  h('div', {}, h(Label, { passive: true }, row.label), h(Description, {}, row.description)),
  h(Switch, { checked: on, onChange: turn, style: { width: 44, height: 24 } }, h('span', { 'aria-hidden': true }))));
