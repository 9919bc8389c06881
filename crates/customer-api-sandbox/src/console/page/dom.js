// Builds elements. Text always goes in as text, never as markup.

const SVG = 'http://www.w3.org/2000/svg';

const ICONS = {
  copy: 'M5.5 5.5V3.2c0-.7.5-1.2 1.2-1.2h6.1c.7 0 1.2.5 1.2 1.2v6.1c0 .7-.5 1.2-1.2 1.2h-2.3M3.2 5.5h6.1c.7 0 1.2.5 1.2 1.2v6.1c0 .7-.5 1.2-1.2 1.2H3.2c-.7 0-1.2-.5-1.2-1.2V6.7c0-.7.5-1.2 1.2-1.2z',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  close: 'M4 4l8 8M12 4l-8 8',
  bolt: 'M9 1.8L3.5 9H8l-1 5.2L12.5 7H8z',
  mail: 'M2 4.2c0-.7.5-1.2 1.2-1.2h9.6c.7 0 1.2.5 1.2 1.2v7.6c0 .7-.5 1.2-1.2 1.2H3.2c-.7 0-1.2-.5-1.2-1.2zM2.4 4.3L8 8.6l5.6-4.3',
  phone: 'M5.2 1.8h5.6c.6 0 1 .4 1 1v10.4c0 .6-.4 1-1 1H5.2c-.6 0-1-.4-1-1V2.8c0-.6.4-1 1-1zM7.2 12.2h1.6',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2l7.5 4.8L5 12.8z',
  up: 'M3.5 10L8 5.5l4.5 4.5',
  down: 'M3.5 6L8 10.5 12.5 6',
  right: 'M6 3.5L10.5 8 6 12.5',
  sun: 'M8 5a3 3 0 100 6 3 3 0 000-6zM8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M3.2 12.8l1-1M11.8 4.2l1-1',
  moon: 'M13.3 9.6A5.7 5.7 0 016.4 2.7a5.7 5.7 0 106.9 6.9z',
  keys: 'M2.6 4h10.8c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1H2.6c-.6 0-1-.4-1-1V5c0-.6.4-1 1-1zM4.4 6.6h.1M7 6.6h.1M9.5 6.6h.1M11.6 6.6h.1M5.5 9.5h5',
  trash: 'M2.8 4.3h10.4M6.2 4.2V2.6h3.6v1.6M4.2 4.4l.6 8.4c0 .6.5 1 1 1h4.4c.6 0 1-.4 1-1l.6-8.4',
  search: 'M7 2.5a4.5 4.5 0 100 9 4.5 4.5 0 000-9zM10.4 10.4l3.4 3.4',
  clock: 'M8 2a6 6 0 100 12A6 6 0 008 2zM8 4.8V8l2.2 1.6',
  warn: 'M8 2.2l6.2 11H1.8zM8 6.4v3.2M8 11.4v.1',
  key: 'M10.3 2.2a3.6 3.6 0 100 7.2 3.6 3.6 0 000-7.2zM7.7 8.3L2.6 13.4M4.4 11.6l1.7 1.7',
  list: 'M3 4.2h10M3 8h10M3 11.8h6',
  info: 'M8 2a6 6 0 100 12A6 6 0 008 2zM8 7.4v3.4M8 5.2v.1',
  undo: 'M5.5 3L2.5 6l3 3M2.8 6h6.4a4 4 0 010 8H6',
  down_to: 'M8 2.2v8M4.6 7L8 10.4 11.4 7M2.8 13.6h10.4',
  up_from: 'M8 10.4v-8M4.6 5.6L8 2.2l3.4 3.4M2.8 13.6h10.4',
  pencil: 'M10.8 2.8l2.4 2.4-7.6 7.6-3 .6.6-3z',
  plus: 'M8 3v10M3 8h10',
  empty: 'M2 9.2l2-6h8l2 6v3.4c0 .6-.4 1-1 1H3c-.6 0-1-.4-1-1zM2 9.2h3.6l.8 1.8h3.2l.8-1.8H14',
};

/** An inline icon. It is decoration: the text beside it, or `aria-label`, says what it means. */
export function icon(name, size = 16) {
  const svg = document.createElementNS(SVG, 'svg');
  const attributes = { viewBox: '0 0 16 16', width: size, height: size, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.4, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true', class: 'icon' };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** `h('button', {class: 'x', onclick: f, data: {test: 'y'}}, 'text', node, [nodes])` */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'data') Object.assign(element.dataset, value);
    else if (key === 'test') element.dataset.test = value;
    else if (['value', 'checked', 'disabled', 'hidden', 'selected', 'open'].includes(key)) element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replaces everything in an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** A button with an icon before its text. */
export function button(text, props = {}, iconName = null) {
  return h('button', { type: 'button', class: 'button', ...props }, iconName && icon(iconName), text && h('span', {}, text));
}

/** Runs `f` once, after calls have paused for `wait` milliseconds, and at the latest after `max`. */
export function debounce(f, wait, max = wait * 8) {
  let timer = 0;
  let first = 0;
  return (...args) => {
    const now = Date.now();
    if (!timer) first = now;
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; f(...args); }, Math.max(0, Math.min(wait, first + max - now)));
  };
}

/** Text with `code` in backticks, as the API's Markdown has it. */
export function markdown(text) {
  return String(text).split(/(`[^`]+`)/).map((part) => (part.length > 2 && part.startsWith('`') && part.endsWith('`') ? h('code', {}, part.slice(1, -1)) : part));
}
