import { createApp, h, ref } from 'vue';
export { h };
export const vue = (make, ...plugins) => (place, row, changed) => {
  const on = ref(false);
  const app = createApp({ render: () => make({ row, on: on.value, turn: next => changed(next ? 'on' : 'off'), locked: Boolean(row.locked) }) });
  app.config.idPrefix = row.key.replace(/\W/g, "");
  for (const [plugin, options] of plugins) app.use(plugin, options);
  app.mount(place);
  return state => { on.value = state === 'on'; };
};
