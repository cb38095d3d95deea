// A Lit component whose shadow root is closed.
import { LitElement, html, css } from 'lit';
import { element } from './element.js';
customElements.define('lit-setting', class extends LitElement {
  static shadowRootOptions = { ...LitElement.shadowRootOptions, mode: 'closed' };
  static properties = { checked: { type: Boolean }, disabled: { type: Boolean } };
  static styles = css`button{width:44px;height:24px}`;
  turn() { this.checked = !this.checked; this.dispatchEvent(new Event('change')); }
  render() {
    return html`<span id="n"><slot></slot></span> <button role="switch" aria-checked=${String(Boolean(this.checked))}
      aria-label=${this.textContent} ?disabled=${this.disabled} @click=${this.turn}></button>`;
  }
});
export default element('lit-setting');
