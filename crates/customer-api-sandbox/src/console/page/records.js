// The records of the providers: tables, edit, seed from a file, download.
import { h, fill, button, icon, debounce } from './dom.js';
import { api } from './api.js';
import { live } from './live.js';
import { providerOf } from './store.js';
import { PROVIDERS, apiCurl, number, plural } from './format.js';
import { codeLine, confirm, empty, failed, run, toast } from './ui.js';
import { editJson } from './jsondialog.js';
import { counters, omnidesk, ravelin, revnue } from './tables.js';

const TABLES = { ravelin, omnidesk, revnue };
const LISTS = { ravelin: 'reviews', omnidesk: 'customers', revnue: 'customers', 'customer-radar': 'outbox' };
const SAMPLES = {
  ravelin: { reviews: [{ customer_id: 'cust-1', label: 'FRAUDSTER', timestamp: '2026-01-02T03:04:05Z' }] },
  omnidesk: { customers: [{ brand_id: 1, external_id: 'crm-1', first_name: 'Test' }] },
  revnue: { customers: [{ company: 1, fields: { name: 'Test' } }] },
};
const ABOUT = { ravelin: 'Labels of customers, with their history.', omnidesk: 'Customers of the help desk.', revnue: 'Customers of each company, with fields as they are written.', 'customer-radar': 'Counters and tokens. The messages are in the outbox.' };

let root;
let provider = 'ravelin';
let states = null;
const views = Object.fromEntries(Object.keys(PROVIDERS).map((name) => [name, { text: '', open: new Set(), redraw: () => draw() }]));
const parts = {};

/** Customers, or messages of Customer Radar. */
function countOf(name) {
  const list = states[name][LISTS[name]];
  return name === 'ravelin' ? new Set(list.map((review) => review.customer_id)).size : list.length;
}

function draw() {
  if (!states) { fill(parts.body, h('p', { class: 'empty muted' }, 'Loading')); return; }
  const state = states[provider];
  const view = views[provider];
  parts.title.textContent = PROVIDERS[provider];
  parts.about.textContent = ABOUT[provider];
  fill(parts.counters, counters(state));
  for (const tab of parts.tabs.children) {
    const count = countOf(tab.dataset.provider);
    tab.querySelector('.count').textContent = count ? number(count) : '';
  }
  parts.search.hidden = !TABLES[provider];
  if (!TABLES[provider]) {
    parts.count.textContent = '';
    fill(parts.body, h('p', { class: 'card-note' }, plural(state.outbox.length, 'message'), ' in the ', h('a', { href: '#/outbox' }, 'outbox'), '. Edit the JSON to put messages there without a request.'));
    return;
  }
  const { shown, total, noun, element } = TABLES[provider](state, view);
  parts.count.textContent = shown === total ? plural(total, noun) : `${number(shown)} of ${plural(total, noun)}`;
  if (total === 0) {
    const base = providerOf(provider)?.base_url;
    fill(parts.body, empty(`${PROVIDERS[provider]} has no records`, `Records appear when a client writes to ${base || 'the provider'}. Or put some there: edit the JSON, seed from a file, or send this:`, codeLine(apiCurl('PUT', `state/${provider}`, SAMPLES[provider]))));
  } else if (shown === 0) fill(parts.body, empty('No record matches', 'Change the search, or remove it.', button('Remove the search', { onclick: () => { view.text = ''; parts.text.value = ''; draw(); } })));
  else fill(parts.body, element);
}

async function load() {
  try {
    states = await api.state();
  } catch {
    return;
  }
  if (!root.hidden) draw();
}
const loadSoon = debounce(load, 150, 800);

function choose(name) {
  provider = name;
  for (const tab of parts.tabs.children) {
    const on = tab.dataset.provider === name;
    tab.setAttribute('aria-selected', on);
    tab.tabIndex = on ? 0 : -1;
    if (on) parts.panel.setAttribute('aria-labelledby', tab.id);
  }
  parts.text.value = views[name].text;
  draw();
}

async function edit() {
  const name = provider;
  const state = await api.providerState(name);
  editJson({ title: `Records of ${PROVIDERS[name]}`, about: 'All records are replaced by what you save. Counters are ignored.', value: state, saveText: 'Save', save: async (value) => { await api.replaceState(name, value); toast(`The records of ${PROVIDERS[name]} were replaced.`); await load(); } });
}

/** Which states a file holds: those of all providers, or that of one. */
function statesIn(value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const named = Object.entries(value).filter(([name]) => name in PROVIDERS);
  if (named.length) return Object.fromEntries(named);
  if (value.reviews) return { ravelin: value };
  if (value.outbox) return { 'customer-radar': value };
  if (Array.isArray(value.customers)) {
    const first = value.customers[0] || {};
    const name = 'company' in first ? 'revnue' : 'brand_id' in first ? 'omnidesk' : provider;
    return name === 'omnidesk' || name === 'revnue' ? { [name]: value } : null;
  }
  return null;
}

async function seed(file) {
  let value;
  try {
    value = JSON.parse(await file.text());
  } catch {
    failed({ message: `${file.name} is not JSON.` });
    return;
  }
  const found = statesIn(value);
  if (!found) { failed({ message: `${file.name} has no records: it needs the form of GET /state, or of one provider.` }); return; }
  const list = Object.entries(found).map(([name, state]) => `${PROVIDERS[name]}: ${plural((state[LISTS[name]] || []).length, 'record')}`).join('; ');
  confirm('Replace the records?', `${file.name} has ${list}. The records of ${Object.keys(found).length === 1 ? 'this provider' : 'these providers'} are replaced.`, 'Replace', async () => {
    for (const [name, state] of Object.entries(found)) {
      try {
        await api.replaceState(name, state);
      } catch (error) {
        throw Object.assign(error, { message: `${PROVIDERS[name]}${error.pointer ? `, at ${error.pointer}` : ''}: ${error.message}` });
      }
    }
    toast(`The records of ${Object.keys(found).map((name) => PROVIDERS[name]).join(', ')} come from ${file.name} now.`);
    choose(Object.keys(found)[0]);
    await load();
  });
}

function save(value, name) {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' }));
  const link = h('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  toast(`${name} was saved.`);
}

export function build(element) {
  root = element;
  parts.text = h('input', { type: 'search', placeholder: 'Search these records', 'aria-label': 'Search these records', 'aria-keyshortcuts': '/', test: 'records-search', data: { search: '' }, oninput: () => { views[provider].text = parts.text.value.trim().toLowerCase(); draw(); } });
  parts.search = h('span', { class: 'search' }, icon('search'), parts.text);
  parts.count = h('span', { class: 'muted num' });
  parts.title = h('h2', { class: 'offscreen' });
  parts.about = h('p', { class: 'card-subtitle' });
  parts.counters = h('div', {});
  parts.body = h('div', {});
  parts.file = h('input', { type: 'file', accept: '.json,application/json', class: 'offscreen', tabindex: -1, 'aria-label': 'File with records', test: 'seed-file', onchange: () => { const [file] = parts.file.files; parts.file.value = ''; if (file) seed(file); } });
  const editButton = button('Edit as JSON', { test: 'records-edit', onclick: () => run(editButton, edit) }, 'pencil');
  const seedButton = button('Seed from a file', { test: 'records-seed', onclick: () => parts.file.click() }, 'up_from');
  const one = button('Download', { test: 'records-download', onclick: () => run(one, async () => save(await api.providerState(provider), `${provider}.json`)) }, 'down_to');
  const all = button('Download all', { test: 'records-download-all', onclick: () => run(all, async () => save(await api.state(), 'sandbox-state.json')) }, 'down_to');
  parts.tabs = h('div', { class: 'subtabs', role: 'tablist', 'aria-label': 'Provider' }, Object.entries(PROVIDERS).map(([name, title]) => h('button', { type: 'button', role: 'tab', id: `records-${name}`, data: { provider: name }, test: `records-${name}`, 'aria-controls': 'records-panel', onclick: () => choose(name) }, title, h('span', { class: 'count' }))));
  parts.panel = h('div', { role: 'tabpanel', id: 'records-panel' }, h('div', { class: 'toolbar toolbar-flat toolbar-card' }, parts.title, parts.search, parts.count, h('span', { class: 'grow' }), editButton, one), h('div', { class: 'records-meta' }, parts.about, parts.counters), parts.body);
  fill(root, h('div', { class: 'page' }, h('div', { class: 'page-head' }, h('div', {}, h('h1', {}, 'Customers and labels'), h('p', { class: 'lead' }, 'What each provider has stored. Writes of clients appear at once.')), h('span', { class: 'grow' }), parts.file, seedButton, all), h('div', { class: 'card' }, parts.tabs, parts.panel)));
  live.addEventListener('open', load);
  live.addEventListener('change', ({ detail }) => { if (detail === 'state' && !root.hidden) loadSoon(); });
  live.addEventListener('request', ({ detail }) => { if (detail.applied && !root.hidden) loadSoon(); });
  choose(provider);
}

export function show() {
  draw();
  loadSoon();
}
