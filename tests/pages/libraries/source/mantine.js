import '@mantine/core/styles.css';
import { MantineProvider, Switch } from '@mantine/core';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h(MantineProvider, {},
  h(Switch, { label: row.label, description: row.description, checked: on, disabled: locked, onChange: e => turn(e.currentTarget.checked) })));
