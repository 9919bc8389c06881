// The switches of one provider: what they are set to, and where the behaviour is documented.
import { h, fill, button, icon, markdown } from './dom.js';
import { api, ApiError } from './api.js';
import { live } from './live.js';
import { PROVIDERS, PROVIDER_NAMES, plural } from './format.js';
import { badge, confirm, failed, fieldError, toast } from './ui.js';

let provider = PROVIDER_NAMES[0];
let visible = false;
const parts = { rows: new Map() };

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const words = (value) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : typeof value === 'string' ? value : JSON.stringify(value));

/** The control that suits the value, with `read` and `write`. */
function editor(item, change) {
  const label = { 'aria-label': item.name, test: `switch-${item.name}` };
  if (typeof item.default === 'boolean') {
    const input = h('input', { type: 'checkbox', role: 'switch', class: 'switch', ...label, onchange: change });
    const text = h('span', { class: 'switch-text' });
    const write = (value) => { input.checked = value === true; text.textContent = input.checked ? 'on' : 'off'; };
    return { element: h('label', { class: 'switch-label' }, input, text), input, write, read: () => input.checked };
  }
  if (item.values.length > 0) {
    const input = h('select', { ...label, onchange: change }, item.values.map((value) => h('option', { value }, value)));
    return { element: input, input, write: (value) => { input.value = value; }, read: () => input.value };
  }
  const text = typeof item.default === 'string';
  const whole = typeof item.default === 'number';
  const large = item.default !== null && typeof item.default === 'object';
  const input = h(large ? 'textarea' : 'input', { type: large ? undefined : 'text', rows: large ? 2 : undefined, inputmode: whole ? 'numeric' : undefined, class: whole ? 'num' : text ? '' : 'mono', spellcheck: 'false', autocomplete: 'off', ...label, onchange: change });
  input.addEventListener('keydown', (event) => { if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); change(); } });
  const read = () => {
    const given = input.value.trim();
    if (text && given !== 'null' && !/^[{[]/.test(given)) return input.value;
    try {
      return JSON.parse(given);
    } catch {
      throw new ApiError({ detail: whole ? 'This is a number, or null.' : 'This is not JSON. Put text in double quotes.' }, 0);
    }
  };
  const write = (value) => { input.value = typeof value === 'string' && text ? value : JSON.stringify(value); };
  return { element: input, input, write, read };
}

function buildRow(item) {
  const row = { item };
  const send = async (value) => {
    // Enter sends, and leaving the field afterwards is no second attempt.
    const text = row.edit.input.type === 'checkbox' ? null : row.edit.input.value;
    if (value === undefined && text !== null && text === row.tried) return;
    row.tried = text ?? undefined;
    fieldError(row.cell);
    const asked = provider;
    try {
      const sent = value === undefined ? row.edit.read() : value;
      if (same(sent, row.item.value)) { row.edit.write(sent); row.tried = undefined; return; }
      const { switches } = await api.changeOptions(asked, { [item.name]: sent });
      row.tried = undefined;
      if (asked === provider) draw(switches);
      toast(`${item.name} is ${words(sent)} now.`);
    } catch (error) {
      fieldError(row.cell, error);
      if (typeof item.default === 'boolean') row.edit.write(row.item.value);
    }
  };
  row.edit = editor(item, () => send());
  row.back = button('Default', { class: 'button button-small button-ghost', title: `Set to ${words(item.default)}`, 'aria-label': `Set ${item.name} to its default`, onclick: () => send(item.default) }, 'undo');
  row.cell = h('td', { class: 'switch-cell' }, h('div', { class: 'switch-edit' }, row.edit.element, row.back), h('p', { class: 'field-error', role: 'alert', hidden: true }));
  row.mark = badge('changed', 'changed');
  row.element = h('tr', { test: 'switch-row', data: { name: item.name } }, h('th', { scope: 'row' }, h('div', { class: 'switch-name' }, h('code', {}, item.name), row.mark), h('p', { class: 'switch-about' }, markdown(item.about))), row.cell,
    h('td', { class: 'switch-other' }, h('div', {}, h('span', { class: 'muted' }, 'Default '), h('code', {}, words(item.default))), h('div', { class: 'muted' }, 'Other: ', markdown(item.other))), h('td', { class: 'switch-provenance' }, markdown(item.provenance)));
  return row;
}

function draw(list) {
  if (!same(list.map((s) => s.name), [...parts.rows.keys()])) {
    parts.rows = new Map(list.map((item) => [item.name, buildRow(item)]));
    fill(parts.body, [...parts.rows.values()].map((row) => row.element));
    for (const item of list) parts.rows.get(item.name).edit.write(item.value);
  }
  let changed = 0;
  for (const item of list) {
    const row = parts.rows.get(item.name);
    const differs = !same(item.value, item.default);
    changed += differs ? 1 : 0;
    // A field in which somebody types, or that was refused, keeps its text.
    const typing = row.tried !== undefined || document.activeElement === row.edit.input && ['text', 'textarea'].includes(row.edit.input.type) && same(item.value, row.item.value);
    if (!typing) { row.edit.write(item.value); }
    row.item = item;
    row.mark.hidden = !differs;
    row.back.hidden = !differs;
    row.element.classList.toggle('is-changed', differs);
  }
  parts.note.textContent = changed ? `${plural(changed, 'switch', 'switches')} of ${list.length} changed` : `All ${list.length} at their defaults`;
  parts.reset.disabled = changed === 0;
}

async function load() {
  const asked = provider;
  try {
    const { switches } = await api.options(asked);
    if (asked === provider) draw(switches);
  } catch { /* The live state says it. */ }
}

function choose(name) {
  provider = name;
  parts.rows = new Map();
  for (const tab of parts.tabs.children) {
    const on = tab.dataset.provider === name;
    tab.setAttribute('aria-selected', on);
    tab.tabIndex = on ? 0 : -1;
    if (on) parts.panel.setAttribute('aria-labelledby', tab.id);
  }
  load();
}

export function build() {
  parts.tabs = h('div', { class: 'subtabs', role: 'tablist', 'aria-label': 'Switches of' }, PROVIDER_NAMES.map((name) => h('button', { type: 'button', role: 'tab', id: `switches-${name}`, data: { provider: name }, test: `switches-${name}`, 'aria-controls': 'switches-panel', onclick: () => choose(name) }, PROVIDERS[name])));
  parts.note = h('span', { class: 'muted' });
  parts.reset = button('All to defaults', { class: 'button button-small', test: 'switches-reset', onclick: () => confirm(`Set all switches of ${PROVIDERS[provider]} to their defaults?`, 'The state and the faults stay.', 'Set to defaults', async () => { draw((await api.replaceOptions(provider, {})).switches); toast(`The switches of ${PROVIDERS[provider]} are at their defaults.`); }) });
  parts.body = h('tbody');
  parts.panel = h('div', { role: 'tabpanel', id: 'switches-panel', class: 'table-scroll' }, h('table', { class: 'table switches' }, h('thead', {}, h('tr', {}, ['Switch', 'Value', 'Settings', 'Provenance'].map((text) => h('th', { scope: 'col' }, text)))), parts.body));
  live.addEventListener('open', load);
  live.addEventListener('change', ({ detail }) => { if (detail === 'options' && visible) load().catch(failed); });
  const element = h('section', { class: 'card switches-card', 'aria-labelledby': 'switches-title' }, h('header', { class: 'card-head' }, h('div', {}, h('h2', { id: 'switches-title' }, 'Switches'), h('p', { class: 'card-subtitle' }, 'Behaviour that the providers do not document, or document in more than one way.')), h('span', { class: 'grow' }), parts.note, parts.reset), parts.tabs, parts.panel);
  choose(provider);
  return element;
}

export function show() {
  visible = true;
  load();
}
