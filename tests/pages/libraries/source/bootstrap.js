import 'bootstrap/dist/css/bootstrap.min.css';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h('div', { className: 'form-check form-switch' },
  h('input', { className: 'form-check-input', type: 'checkbox', role: 'switch', id: row.key, checked: on, disabled: locked, onChange: e => turn(e.target.checked) }),
  h('label', { className: 'form-check-label', htmlFor: row.key }, row.label), h('div', { className: 'form-text' }, row.description)));
