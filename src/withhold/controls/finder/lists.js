// Run in a frame: lists that hold controls and have more to show than is in the page.
() => {
  const roots = [document];
  for (const root of roots) for (const el of root.querySelectorAll('*')) if (el.shadowRoot) roots.push(el.shadowRoot);
  const page = document.scrollingElement;
  const able = el => el && el.clientHeight > 120 && el.scrollHeight > el.clientHeight + 40;
  const scrolls = el => el !== page && able(el) && /(auto|scroll)/.test(getComputedStyle(el).overflowY);
  const settable = '[role=switch],[role=checkbox],[role=radio],[role=combobox],[role=slider],[aria-checked],'
    + '[aria-pressed],input[type=checkbox],input[type=radio],select';
  const holds = el => el === page || Boolean(el.querySelector(settable)) || [...el.querySelectorAll('*')]
    .some(inner => inner.shadowRoot?.querySelector(settable));
  const all = [...(able(page) ? [page] : []), ...roots.flatMap(root => [...root.querySelectorAll('*')].filter(scrolls))];
  const most = 40;
  const some = all.slice(0, most);
  globalThis[Symbol.for('withhold.lists')] = some;
  return Promise.all(some.map(async el => {
    const start = el.scrollTop;
    let fresh = false;
    const seen = new MutationObserver(told => { fresh ||= told.some(each => each.addedNodes.length); });
    for (const root of roots) seen.observe(root, { subtree: true, childList: true });
    const held = holds(el);
    el.scrollTo({ top: el.scrollHeight, behavior: 'instant' });
    await new Promise(done => setTimeout(done, 150));
    const whole = held || holds(el);
    el.scrollTo({ top: start, behavior: 'instant' });
    await new Promise(done => setTimeout(done, 50));
    seen.disconnect();
    return fresh && whole;
  })).then(partial => ({ partial, all: all.length <= most }));
}
