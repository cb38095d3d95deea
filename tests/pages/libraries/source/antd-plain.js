import { Checkbox } from 'antd';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h(Checkbox, { checked: on, disabled: locked, onChange: e => turn(e.target.checked) }, row.label));
