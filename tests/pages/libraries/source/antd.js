import { Switch, Typography } from 'antd';
import { h, react } from './react.js';
import words from '/page.js';
export default react(({ row, on, turn, locked }) => h('div', { style: { display: 'flex', gap: 24, width: '100%', justifyContent: 'space-between' } },
  h('div', {}, h(Typography.Text, { strong: true }, row.label), h('br'), h(Typography.Text, { type: 'secondary' }, row.description)),
  h(Switch, { checked: on, disabled: locked, onChange: turn, checkedChildren: words.words.on, unCheckedChildren: words.words.off })));
