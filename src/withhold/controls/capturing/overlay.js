// Paints opaque boxes over the window, above everything, without touching the page's own nodes.
// It is called in a world of its own, which the page's scripts cannot reach.
function cover(boxes, colour) {
  uncover();
  const host = document.createElement('withhold-mask');
  const set = (el, styles) => { for (const [k, v] of Object.entries(styles)) el.style.setProperty(k, v, 'important'); };
  set(host, { all: 'initial', position: 'fixed', inset: '0', width: '100vw', height: '100vh', margin: '0', padding: '0',
    border: '0', background: 'transparent', 'pointer-events': 'none', overflow: 'visible', 'z-index': '2147483647' });
  const inside = host.attachShadow({ mode: 'closed' });
  for (const [x, y, width, height] of boxes) {
    const box = document.createElement('div');
    set(box, { position: 'absolute', left: x + 'px', top: y + 'px', width: width + 'px', height: height + 'px',
      background: colour, 'border-radius': '2px', transition: 'none', animation: 'none' });
    inside.append(box);
  }
  document.documentElement.append(host);
  host.popover = 'manual';
  host.showPopover();
  set(host, { display: 'block' });
  return boxes.length;
}
function uncover() { for (const old of document.querySelectorAll('withhold-mask')) old.remove(); }
