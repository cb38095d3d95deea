import 'element-plus/dist/index.css';
import { ElSwitch } from 'element-plus/es/components/switch/index.mjs';
import { h, vue } from './vue.js';
export default vue(({ row, on, turn, locked }) => h('div', { style: 'display:flex;gap:24px' }, h('span', {}, row.label),
  h(ElSwitch, { modelValue: on, disabled: locked, 'onUpdate:modelValue': turn })));
