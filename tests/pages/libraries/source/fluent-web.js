import { provideFluentDesignSystem, fluentSwitch } from '@fluentui/web-components';
import { element } from './element.js';
provideFluentDesignSystem().register(fluentSwitch());
export default element('fluent-switch');
