import { FluentProvider, webLightTheme, Switch } from '@fluentui/react-components';
import { h, react } from './react.js';
export default react(({ row, on, turn, locked }) => h(FluentProvider, { theme: webLightTheme },
  h(Switch, { label: row.label, checked: on, disabled: locked, onChange: (_, data) => turn(data.checked) })));
