import 'vuetify/styles';
import { createVuetify } from 'vuetify';
import { VApp } from 'vuetify/components/VApp';
import { VSwitch } from 'vuetify/components/VSwitch';
import { h, vue } from './vue.js';
export default vue(({ row, on, turn, locked }) => h(VApp, {}, () => h(VSwitch, { label: row.label, modelValue: on, disabled: locked, 'onUpdate:modelValue': turn, messages: row.description ? [row.description] : [] })),
  [createVuetify()]);
