import { Switch, Label } from 'radix-ui';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h('div', { style: { display: 'flex', gap: 24 } },
  h(Label.Root, { htmlFor: row.key }, row.label),
  h(Switch.Root, { id: row.key, checked: on, disabled: locked, onCheckedChange: turn, style: { width: 44, height: 24 } },
    h(Switch.Thumb, { style: { display: 'block', width: 20, height: 20 } }))));
