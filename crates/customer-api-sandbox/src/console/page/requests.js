// The live journal: filters, the list, and the request that is open.
import { h, fill, button, icon, debounce } from './dom.js';
import { api } from './api.js';
import { journal, find } from './journal.js';
import { store } from './store.js';
import { PROVIDERS, number, plural, statusClass, timeOfDay, dayAndTime, bytes } from './format.js';
import { badge, codeLine, confirm, empty, provider, run, select, status, toast } from './ui.js';
import { VirtualList } from './vlist.js';
import { RequestPanel } from './panel.js';
import { faultName } from './faultwords.js';

const ROW = 36;
const filter = { provider: '', operation: '', applied: '', fault: '', text: '' };
let root;
let list;
let panel;
let paused = null; // The rows as they were when the list was paused.
let shown = [];
let hits = null; // The ids that the search found; null without a search.
let searchedTo = 0;
let selected = null;
let wanted = null; // The row of a deep link that is still to be scrolled to.
let seen = 0; // The greatest id that was drawn: later rows light up.
const parts = {};

/** A row without its texts. Rows are clones of it: much faster than building each. */
const blank = h('div', { role: 'row', class: 'row', test: 'request-row' }, ['time num', 'provider', 'operation', 'target', 'status', 'applied', 'fault'].map((kind) => h('span', { role: 'gridcell', class: `cell cell-${kind}` })));
blank.children[1].append(provider(''));
blank.children[3].append(h('span', { class: 'method' }), h('span', { class: 'target' }));
blank.children[4].append(status(null));
const applied = h('span', { class: 'yes' }, icon('check', 14), 'Applied');
const notApplied = h('span', { class: 'muted' }, 'Not applied');
const faultBadge = badge('', 'fault', 'bolt');
const problemBadge = badge('', 'problem', 'warn');

function clone(template, text) {
  const element = template.cloneNode(true);
  if (text !== undefined) element.lastChild.textContent = text;
  return element;
}

function row(request) {
  const element = blank.cloneNode(true);
  const [time, by, operation, target, state, changed, fault] = element.children;
  element.id = `request-${request.id}`;
  element.dataset.id = request.id;
  element.setAttribute('aria-selected', request.id === selected);
  element.classList.toggle('row-fresh', request.id > seen && seen > 0);
  element.classList.toggle('row-selected', request.id === selected);
  time.textContent = timeOfDay(request.time);
  time.title = `${dayAndTime(request.time, true)} UTC`;
  by.firstChild.dataset.provider = request.provider;
  by.firstChild.lastChild.textContent = PROVIDERS[request.provider] || request.provider;
  operation.textContent = request.operation ?? 'no operation';
  operation.classList.toggle('muted', request.operation === null);
  target.title = request.target;
  target.firstChild.textContent = request.method;
  target.lastChild.textContent = request.target;
  state.firstChild.className = `status status-${statusClass(request.status)}`;
  state.firstChild.textContent = request.status ?? 'none';
  changed.append(clone(request.applied ? applied : notApplied));
  if (request.fault) fault.append(clone(faultBadge, faultName(request.fault)));
  if (request.problems.length > 0) fault.append(clone(problemBadge, plural(request.problems.length, 'problem')));
  return element;
}

function matches(request) {
  if (filter.provider && request.provider !== filter.provider) return false;
  if (filter.operation && request.operation !== filter.operation) return false;
  if (filter.applied && request.applied !== (filter.applied === 'yes')) return false;
  if (filter.fault === 'yes' && !request.fault) return false;
  if (filter.fault === 'no' && request.fault) return false;
  if (filter.fault === 'problems' && request.problems.length === 0) return false;
  if (hits && !hits.has(request.id) && !(request.operation || '').toLowerCase().includes(filter.text)) return false;
  return true;
}

function draw() {
  const rows = paused || journal.rows;
  shown = [];
  for (let at = rows.length - 1; at >= 0; at -= 1) if (matches(rows[at])) shown.push(rows[at]);
  list.setItems(shown);
  if (wanted !== null) {
    const at = shown.findIndex((r) => r.id === wanted);
    if (at >= 0) { wanted = null; list.show(at); }
  }
  if (selected !== null) mark(selected);
  seen = Math.max(seen, rows.length ? rows[rows.length - 1].id : 0);
  list.element.setAttribute('aria-rowcount', shown.length + 1);
  const filtered = shown.length !== rows.length;
  fill(parts.count, filtered ? `${number(shown.length)} of ${plural(rows.length, 'request')}` : plural(rows.length, 'request'));
  const behind = paused ? journal.rows.length && journal.rows.filter((r) => r.id > (paused.at(-1)?.id ?? 0)).length : 0;
  fill(parts.pause, icon(paused ? 'play' : 'pause'), h('span', {}, paused ? 'Resume' : 'Pause'), behind > 0 && h('span', { class: 'count' }, number(behind)));
  parts.pause.setAttribute('aria-pressed', Boolean(paused));
  drawDropped();
  drawEmpty(rows.length);
}

function drawDropped() {
  const { dropped, limit } = journal;
  const { limit_bytes: most } = store.health?.journal || {};
  parts.dropped.hidden = dropped === 0;
  if (dropped === 0) return;
  const keeps = limit === null ? '' : `; the journal keeps ${number(limit)} for each provider${most ? `, and at most ${bytes(most)} of bodies` : ''}`;
  fill(parts.dropped, icon('warn', 14), h('span', {}, `${plural(dropped, 'older request')} ${dropped === 1 ? 'was' : 'were'} dropped${keeps}.`));
}

function drawEmpty(total) {
  const none = shown.length === 0;
  parts.table.classList.toggle('is-empty', none);
  parts.empty.hidden = !none;
  if (!none) return;
  if (total > 0) {
    fill(parts.empty, empty('No request matches', 'Change the filters, or remove them.', button('Remove the filters', { onclick: clearFilters, test: 'filters-clear' })));
    return;
  }
  if (!journal.loaded) { fill(parts.empty, h('p', { class: 'empty muted' }, 'Loading')); return; }
  const url = store.health?.providers.find((p) => p.name === 'revnue')?.base_url || store.health?.providers[0]?.base_url;
  fill(parts.empty, empty('No request has arrived yet', 'Point a client at one of the base URLs of the overview. Each request appears here when it arrives. Try it:', url && codeLine(`curl -i ${url}/`)));
}

function operations() {
  const providers = (store.health?.providers || []).filter((p) => !filter.provider || p.name === filter.provider);
  const names = [...new Set(providers.flatMap((p) => p.operations))].sort();
  if (filter.operation && !names.includes(filter.operation)) filter.operation = '';
  fill(parts.operation, h('option', { value: '' }, 'All operations'), names.map((name) => h('option', { value: name }, name)));
  parts.operation.value = filter.operation;
}

/** Searches targets and bodies in the sandbox, since the page has no bodies. */
async function search() {
  const text = filter.text;
  if (!text) { hits = null; draw(); return; }
  try {
    const { requests } = await api.requests({ q: text, limit: 10000 });
    if (text !== filter.text) return;
    hits = new Set(requests.map((r) => r.id));
    searchedTo = journal.rows.at(-1)?.id ?? 0;
  } catch { hits = new Set(); }
  draw();
}
const searchSoon = debounce(search, 180);
const searchNew = debounce(async () => {
  const text = filter.text;
  const from = searchedTo;
  if (!text) return;
  const { requests } = await api.requests({ q: text, after: from, limit: 10000 }).catch(() => ({ requests: [] }));
  if (text !== filter.text || !hits) return;
  for (const request of requests) { hits.add(request.id); searchedTo = Math.max(searchedTo, request.id); }
  draw();
}, 250, 1000);

function clearFilters() {
  Object.keys(filter).forEach((key) => { filter[key] = ''; });
  for (const key of ['provider', 'applied', 'fault', 'text']) parts[key].value = '';
  hits = null;
  operations();
  draw();
}

function mark(id) {
  selected = id;
  for (const element of list.window.children) {
    const mine = Number(element.dataset.id) === id;
    element.classList.toggle('row-selected', mine);
    element.setAttribute('aria-selected', mine);
  }
  if (id === null || !document.getElementById(`request-${id}`)) list.element.removeAttribute('aria-activedescendant');
  else list.element.setAttribute('aria-activedescendant', `request-${id}`);
}

function open(id, replace = false) {
  if (replace) location.replace(`#/requests/${id}`); else location.hash = `#/requests/${id}`;
}

function close() {
  location.hash = '#/requests';
  list.element.focus({ preventScroll: true });
}

function move(step) {
  if (shown.length === 0) return;
  const at = shown.findIndex((r) => r.id === selected);
  const to = at < 0 ? 0 : Math.max(0, Math.min(shown.length - 1, at + step));
  const { id } = shown[to];
  mark(id);
  list.show(to);
  mark(id);
  if (panel.id !== null) open(id, true);
}

function togglePause() {
  paused = paused ? null : journal.rows.slice();
  draw();
}

export function build(element) {
  root = element;
  list = new VirtualList({ rowHeight: ROW, headHeight: 34, key: (r) => r.id, render: row, role: 'grid', class: 'vlist', 'aria-label': 'Requests, the newest first' });
  panel = new RequestPanel({ onclose: close, onmove: move });
  list.window.addEventListener('click', (event) => { const hit = event.target.closest('.row'); if (hit) open(Number(hit.dataset.id)); });
  list.window.addEventListener('animationend', (event) => event.target.classList.remove('row-fresh'));
  const set = (key) => (event) => { filter[key] = event.target.value; if (key === 'provider') operations(); draw(); };
  parts.provider = select([['', 'All providers'], ...Object.entries(PROVIDERS)], { 'aria-label': 'Provider', onchange: set('provider'), test: 'filter-provider' });
  parts.operation = h('select', { 'aria-label': 'Operation', onchange: set('operation'), test: 'filter-operation' });
  parts.applied = select([['', 'Applied or not'], ['yes', 'Applied'], ['no', 'Not applied']], { 'aria-label': 'Applied', onchange: set('applied'), test: 'filter-applied' });
  parts.fault = select([['', 'Any outcome'], ['yes', 'With a fault'], ['no', 'Without a fault'], ['problems', 'With problems']], { 'aria-label': 'Fault or problems', onchange: set('fault'), test: 'filter-fault' });
  parts.text = h('input', { type: 'search', placeholder: 'Search targets and bodies', 'aria-label': 'Search targets and bodies', 'aria-keyshortcuts': '/', test: 'requests-search', data: { search: '' }, oninput: (event) => { filter.text = event.target.value.trim().toLowerCase(); searchSoon(); } });
  parts.count = h('span', { class: 'muted num', 'aria-live': 'off', test: 'requests-count' });
  parts.pause = button('Pause', { onclick: togglePause, test: 'pause', 'aria-keyshortcuts': 'p' });
  parts.clear = button('Clear', { test: 'requests-clear', onclick: () => confirm('Clear the journal?', 'All requests leave the journal. The state of the providers stays.', 'Clear the journal', async () => { await api.clearRequests(); paused = null; toast('The journal is empty.'); }) }, 'trash');
  parts.dropped = h('p', { class: 'notice', test: 'dropped', hidden: true });
  parts.empty = h('div', { class: 'table-empty', hidden: true });
  const head = h('div', { role: 'row', class: 'row row-head', 'aria-rowindex': 1 }, [['time', 'Time (UTC)'], ['provider', 'Provider'], ['operation', 'Operation'], ['target', 'Request'], ['status', 'Status'], ['applied', 'Applied'], ['fault', 'Fault, problems']].map(([kind, text]) => h('span', { role: 'columnheader', class: `cell cell-${kind}` }, text)));
  list.element.prepend(h('div', { role: 'rowgroup', class: 'row-head-holder' }, head));
  parts.table = h('div', { class: 'table-area' }, parts.dropped, list.element, parts.empty);
  parts.split = h('div', { class: 'split' }, parts.table, panel.element);
  fill(root, h('h1', { class: 'offscreen' }, 'Requests'), h('div', { class: 'toolbar' }, h('span', { class: 'search' }, icon('search'), parts.text), parts.provider, parts.operation, parts.applied, parts.fault, h('span', { class: 'grow' }), parts.count, parts.pause, parts.clear), parts.split);
  list.element.addEventListener('keydown', (event) => {
    const steps = { Home: -1e9, End: 1e9, PageDown: 15, PageUp: -15 };
    if (event.key in steps) { event.preventDefault(); move(steps[event.key]); }
  });
  journal.addEventListener('rows', () => {
    if (hits && journal.rows.at(-1)?.id > searchedTo) searchNew();
    if (!root.hidden) draw();
    const open_ = panel.id !== null && find(panel.id);
    if (open_ && parts.openRow && open_ !== parts.openRow) panel.show(panel.id, true);
    parts.openRow = open_;
  });
  store.addEventListener('health', () => { if (parts.operation.options.length < 2) operations(); if (!root.hidden) { drawDropped(); if (shown.length === 0) drawEmpty((paused || journal.rows).length); } });
  operations();
}

export function show(rest) {
  const id = /^\d+$/.test(rest) ? Number(rest) : null;
  parts.split.classList.toggle('with-panel', id !== null);
  draw();
  if (id === null) { panel.close(); if (selected !== null) mark(selected); return; }
  panel.show(id);
  parts.openRow = find(id);
  mark(id);
  const at = shown.findIndex((r) => r.id === id);
  if (at >= 0) list.show(at);
  else wanted = id;
  mark(id);
}

export function key(event) {
  const at = event.key;
  if (at === 'j' || at === 'ArrowDown') move(1);
  else if (at === 'k' || at === 'ArrowUp') move(-1);
  else if (at === 'Enter' && selected !== null && panel.id === null && (document.activeElement === list.element || document.activeElement === document.body)) open(selected);
  else if (at === 'Escape' && panel.id !== null) close();
  else if (at === 'p') run(parts.pause, async () => togglePause());
  else return false;
  return true;
}
