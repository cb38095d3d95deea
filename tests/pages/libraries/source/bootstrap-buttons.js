// The toggle button of Bootstrap: a clipped box and a label that looks like a button.
import 'bootstrap/dist/css/bootstrap.min.css';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h('div', {},
  h('input', { className: 'btn-check', type: 'checkbox', id: row.key, autoComplete: 'off', checked: on, disabled: locked, onChange: e => turn(e.target.checked) }),
  h('label', { className: 'btn btn-outline-primary', htmlFor: row.key }, row.label)));
