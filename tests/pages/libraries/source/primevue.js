import PrimeVue from 'primevue/config';
import ToggleSwitch from 'primevue/toggleswitch';
import Aura from '@primeuix/themes/aura';
import { h, vue } from './vue.js';
export default vue(({ row, on, turn, locked }) => h('div', {}, h('label', { for: row.key }, row.label),
  h(ToggleSwitch, { inputId: row.key, modelValue: on, disabled: locked, 'onUpdate:modelValue': turn })), [PrimeVue, { theme: { preset: Aura } }]);
