// A row with a custom element. `state` is the property that holds its state.
export const element = (tag, { event = 'change', state = 'checked', label = 'inside' } = {}) => (place, row, changed) => {
  const made = document.createElement(tag);
  made.id = row.key;
  made.disabled = Boolean(row.locked);
  const text = document.createElement(label === 'for' ? 'label' : 'span');
  text.textContent = row.label;
  if (label === 'for') text.htmlFor = row.key;
  const hint = document.createElement('p');
  hint.className = 'hint';
  hint.textContent = row.description ?? '';
  if (label === 'inside') { made.append(row.label); place.append(made, hint); } else {
    const words = document.createElement('div');
    words.append(text, hint);
    place.append(words, made);
    if (label === 'aria') made.setAttribute('aria-label', row.label);
  }
  let shown = false;  // some elements also tell of changes that were not made by a person
  made.addEventListener(event, () => { if (made[state] !== shown) changed(made[state] ? 'on' : 'off'); });
  return kept => { shown = kept === 'on'; made[state] = shown; };
};
