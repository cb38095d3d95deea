// As shadcn's form card: title and description beside a Radix switch, bound by ids.
import { Switch, Separator } from 'radix-ui';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h('div', { 'data-slot': 'form-item', className: 'flex flex-row items-center justify-between rounded-lg border p-4' },
  h('div', { className: 'space-y-0.5' }, h('div', { 'data-slot': 'title', id: `${row.key}-t` }, row.label),
    h('p', { 'data-slot': 'form-description', id: `${row.key}-d`, className: 'text-muted-foreground text-sm' }, row.description)),
  h(Switch.Root, { 'data-slot': 'switch', 'aria-labelledby': `${row.key}-t`, 'aria-describedby': `${row.key}-d`, checked: on, disabled: locked, onCheckedChange: turn, style: { width: 32, height: 18 } },
    h(Switch.Thumb, { 'data-slot': 'switch-thumb', style: { display: 'block', width: 16, height: 16 } })), h(Separator.Root)));
