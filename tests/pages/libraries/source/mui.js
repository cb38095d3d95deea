import { Switch, FormControlLabel, FormHelperText } from '@mui/material';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h('div', {},
  h(FormControlLabel, { label: row.label, control: h(Switch, { checked: on, disabled: locked, onChange: (_, next) => turn(next) }) }),
  h(FormHelperText, {}, row.description)));
