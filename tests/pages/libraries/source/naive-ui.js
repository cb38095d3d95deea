import NSwitch from 'naive-ui/es/switch/src/Switch.mjs';
import { h, vue } from './vue.js';
export default vue(({ row, on, turn, locked }) => h('div', { style: 'display:flex;gap:24px' }, h('span', {}, row.label),
  h(NSwitch, { value: on, disabled: locked, 'onUpdate:value': turn })));
