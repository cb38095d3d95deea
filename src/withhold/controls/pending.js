// Run in every frame before the page's own scripts: keeps count of what the page puts off with timers.
// An interval counts until it has fired once, or a page that polls would never be done.
(() => {
  const key = Symbol.for('withhold.pending');
  if (globalThis[key]) return;
  const due = globalThis[key] = new Map();
  const wrap = name => {
    const native = globalThis[name];
    const install = function (run, wait, ...more) {
      if (typeof run !== 'function') return native.call(globalThis, run, wait, ...more);
      const id = native.call(globalThis, function (...given) {
        due.delete(id);
        return run.apply(this, given);
      }, wait, ...more);
      due.set(id, performance.now() + (Number(wait) || 0));
      return id;
    };
    Object.defineProperty(install, 'name', { value: name });
    globalThis[name] = install;
  };
  const forget = name => {
    const native = globalThis[name];
    const clear = function (id) { due.delete(id); return native.call(globalThis, id); };
    Object.defineProperty(clear, 'name', { value: name });
    globalThis[name] = clear;
  };
  wrap('setTimeout');
  wrap('setInterval');
  forget('clearTimeout');
  forget('clearInterval');
})();
