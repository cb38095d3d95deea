import '@material/web/switch/switch.js';
import { element } from './element.js';
export default element('md-switch', { state: 'selected', label: 'beside' });
