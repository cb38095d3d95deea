import '@shoelace-style/shoelace/dist/themes/light.css';
import '@shoelace-style/shoelace/dist/components/switch/switch.js';
import { element } from './element.js';
export default element('sl-switch', { event: 'sl-change' });
