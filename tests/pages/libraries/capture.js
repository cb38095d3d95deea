// Run in a page: the row's HTML as it is rendered, shadow roots included, with what decides on its boxes inline.
place => {
  const keep = { position: 'static', opacity: '1', overflow: 'visible', clip: 'auto', 'clip-path': 'none', transform: 'none',
    'pointer-events': 'auto', visibility: 'visible', 'background-color': 'rgba(0, 0, 0, 0)', 'margin-top': '0px', 'margin-right': '0px',
    'margin-bottom': '0px', 'margin-left': '0px', 'border-radius': '0px', 'white-space': 'normal', 'z-index': 'auto', gap: 'normal', 'justify-content': 'normal' };
  const roots = [];
  const inline = (from, to) => {
    const seen = getComputedStyle(from);
    const told = [`display:${seen.display}`];
    for (const [name, usual] of Object.entries(keep)) {
      const given = seen.getPropertyValue(name);
      if (given && given !== usual) told.push(`${name}:${given}`);
    }
    if (seen.position !== 'static')
      for (const side of ['top', 'right', 'bottom', 'left']) if (seen[side] !== 'auto') told.push(`${side}:${seen[side]}`);
    if (!from.textContent.trim() && !from.shadowRoot) told.push(`width:${seen.width}`, `height:${seen.height}`);
    to.setAttribute('style', told.join(';'));
    if (from.matches('input')) to.toggleAttribute('checked', from.checked);
  };
  const both = (from, to) => {
    for (let i = 0; i < from.children.length; i++) {
      const a = from.children[i], b = to.children[i];
      if (!(a instanceof SVGElement) && !a.matches('style,script')) inline(a, b);
      if (a.shadowRoot) {
        const root = b.shadowRoot ?? b.attachShadow({ mode: 'open', serializable: true });
        root.innerHTML = a.shadowRoot.innerHTML;
        roots.push(root);
        both(a.shadowRoot, root);
        root.querySelectorAll('style,link').forEach(one => one.remove());
      }
      both(a, b);
    }
  };
  const copy = document.implementation.createHTMLDocument('').importNode(place, true);
  both(place, copy);
  copy.querySelectorAll('style,script').forEach(one => one.remove());
  return copy.getHTML({ serializableShadowRoots: true, shadowRoots: roots }).replace(/<!--.*?-->/g, '');
}
