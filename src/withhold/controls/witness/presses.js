// Counts what the person presses on a load. Runs before the page's own scripts, in a world of its own: they
// can neither see nor change the count. Synthetic events do not count.
globalThis.withheld = { presses: 0, settable: 0 };
{
  const SETTABLE = 'input,select,label,option,[role=switch],[role=checkbox],[role=radio],[role=option],' +
    '[role=slider],[role=menuitemcheckbox],[role=menuitemradio],[aria-pressed],[aria-checked]';
  const LOOKS_SO = /switch|toggle|check|radio|slider/i;
  const settable = el => el instanceof Element &&
    (el.matches(SETTABLE) || LOOKS_SO.test(el.localName) || LOOKS_SO.test(String(el.getAttribute('class') || '')));
  const heard = event => {
    if (!event.isTrusted) return;
    withheld.presses += 1;
    if (event.composedPath().slice(0, 6).some(settable)) withheld.settable += 1;
  };
  for (const type of ['pointerdown', 'keydown']) addEventListener(type, heard, { capture: true, passive: true });
}
