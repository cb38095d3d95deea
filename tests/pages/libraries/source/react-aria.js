import { Switch } from 'react-aria-components';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h(Switch, { isSelected: on, isDisabled: locked, onChange: turn },
  h('div', { className: 'indicator', style: { width: 44, height: 24, background: '#bbb' } }), row.label));
