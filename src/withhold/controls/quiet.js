// Run in a frame: how long its document has not changed (ms), whether it says that it is loading, and its timers
// with the milliseconds until each falls due.
() => {
  const key = Symbol.for('withhold.quiet');
  const mind = globalThis[key] || (globalThis[key] = { last: performance.now(), watched: new WeakSet() });
  const watch = root => {
    if (mind.watched.has(root)) return;
    mind.watched.add(root);
    new MutationObserver(() => { mind.last = performance.now(); })
      .observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  };
  const roots = [document];
  for (const root of roots) {
    watch(root);
    for (const el of root.querySelectorAll('*')) if (el.shadowRoot) roots.push(el.shadowRoot);
  }
  const shows = selector => roots.some(root => [...root.querySelectorAll(selector)].some(el => {
    const box = el.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && el.checkVisibility();
  }));
  return {
    still: performance.now() - mind.last,
    loading: document.readyState === 'loading' ||
      shows('[aria-busy=true],[role=progressbar]:not([aria-valuenow]),progress:not([value])'),
    due: [...globalThis[Symbol.for('withhold.pending')] || []].map(([id, at]) => [id, at - performance.now()]),
    partial: document.readyState !== 'complete' || shows('[class*=skeleton i]'),
  };
}
