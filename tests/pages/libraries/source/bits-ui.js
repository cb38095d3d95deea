import { mount } from 'svelte';
import Row from './BitsRow.svelte';
export default (place, row, changed) => {
  const made = mount(Row, { target: place, props: { row, turn: next => changed(next ? 'on' : 'off') } });
  return state => made.show(state === 'on');
};
