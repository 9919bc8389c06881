// The records of each provider as tables.
import { h, icon, button } from './dom.js';
import { brief, dayAndTime, number, plural } from './format.js';
import { badge } from './ui.js';

const STEP = 200;
const muted = (text) => h('span', { class: 'muted' }, text);
const or = (value) => (value === null || value === undefined || value === '' ? muted('–') : String(value));

const contains = (value, text) => !text || JSON.stringify(value).toLowerCase().includes(text);

/** Rows that open. `open` is the set of keys that are open; it outlives a redraw. */
function openable({ key, cells, detail, open, columns, label }) {
  const id = `detail-${key}`.replace(/[^\w-]/g, '_');
  const toggle = h('button', { type: 'button', class: 'icon-button row-toggle', 'aria-expanded': open.has(key), 'aria-controls': id, 'aria-label': label }, icon('right', 14));
  const more = h('tr', { class: 'row-detail', id, hidden: !open.has(key) }, h('td', { colspan: columns + 1 }, open.has(key) ? detail() : null));
  const flip = () => {
    const on = !open.has(key);
    if (on) open.add(key); else open.delete(key);
    toggle.setAttribute('aria-expanded', on);
    more.hidden = !on;
    more.firstChild.replaceChildren(...(on ? [detail()] : []));
  };
  const row = h('tr', { class: 'row-open', test: 'record-row', data: { key }, onclick: (event) => { if (!getSelection().toString() || event.target.closest('button')) flip(); } }, h('td', { class: 'cell-toggle' }, toggle), cells);
  return [row, more];
}

function table(heads, rows, more) {
  return h('div', { class: 'table-scroll' }, h('table', { class: 'table' }, h('thead', {}, h('tr', {}, heads.map((text) => (text === '' ? h('td', {}) : h('th', { scope: 'col' }, text))))), h('tbody', {}, rows)), more);
}

function limited(list, view) {
  const most = view.most || STEP;
  return [list.slice(0, most), list.length > most && button(`Show ${Math.min(STEP, list.length - most)} more of ${number(list.length - most)}`, { onclick: () => { view.most = most + STEP; view.redraw(); } })];
}

const labelBadge = (label) => badge(label, { FRAUDSTER: 'bad', POTENTIALLY_FRAUDSTER: 'fault', GENUINE: 'ok', POTENTIALLY_GENUINE: 'ok' }[label] || '');

/** Ravelin: the reviews of each customer, the history in order. */
export function ravelin(state, view) {
  const groups = new Map();
  for (const review of state.reviews) {
    if (!groups.has(review.customer_id)) groups.set(review.customer_id, []);
    groups.get(review.customer_id).push(review);
  }
  for (const list of groups.values()) list.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
  const found = [...groups].filter(([, list]) => contains(list, view.text)).sort(([, a], [, b]) => Date.parse(b.at(-1).timestamp) - Date.parse(a.at(-1).timestamp));
  const [list, more] = limited(found, view);
  const history = (reviews) => h('ol', { class: 'history' }, reviews.map((r, n) => h('li', {}, h('span', { class: 'history-time num' }, `${dayAndTime(r.timestamp)} UTC`), h('span', {}, labelBadge(r.label), n === reviews.length - 1 && muted(' current')), h('span', {}, [r.category, r.comment].filter(Boolean).join(': ') || muted('no comment')), h('span', { class: 'muted' }, r.reviewer ? [r.reviewer.name, r.reviewer.email].filter(Boolean).join(', ') : 'no reviewer'))));
  return { shown: found.length, total: groups.size, noun: 'customer', element: table(['', 'Customer', 'Label', 'Category', 'Labels so far', 'Last change (UTC)'], list.map(([id, reviews]) => {
    const last = reviews.at(-1);
    return openable({ key: id, label: `History of ${id}`, open: view.open, columns: 5, detail: () => history(reviews), cells: [h('th', { scope: 'row', class: 'mono' }, id), h('td', {}, labelBadge(last.label)), h('td', {}, or(last.category)), h('td', { class: 'num' }, number(reviews.length)), h('td', { class: 'num' }, dayAndTime(last.timestamp))] });
  }), more) };
}

/** Omnidesk: customers with their channels. */
export function omnidesk(state, view) {
  const found = state.customers.filter((c) => contains(c, view.text));
  const [list, more] = limited(found, view);
  const pairs = (rows) => h('table', { class: 'pairs' }, h('tbody', {}, rows.map(([name, value]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value)))));
  const detail = (c) => h('div', { class: 'detail-grid' },
    h('section', {}, h('h4', {}, 'Channels'), c.channels?.length ? pairs(c.channels.map((x) => [x.channel_type, x.value])) : muted('none')),
    h('section', {}, h('h4', {}, 'Custom fields'), Object.keys(c.custom_fields || {}).length ? pairs(Object.entries(c.custom_fields)) : muted('none')),
    h('section', {}, h('h4', {}, 'Tickets'), c.ticket_ids?.length ? c.ticket_ids.join(', ') : muted('none')),
    h('section', {}, h('h4', {}, 'Events'), c.events?.length ? h('ul', { class: 'plain' }, c.events.map((e) => h('li', {}, h('div', {}, e.message), h('div', { class: 'muted' }, `${dayAndTime(e.created_at)} UTC, by ${e.initiated_by}, ${e.source_url}`)))) : muted('none')));
  return { shown: found.length, total: state.customers.length, noun: 'customer', element: table(['', 'Id', 'External id', 'Name', 'Brand', 'Channels', 'Purged'], list.map((c, n) => openable({ key: `${c.brand_id}/${c.id ?? n}`, label: `Details of customer ${c.id}`, open: view.open, columns: 6, detail: () => detail(c), cells: [h('th', { scope: 'row', class: 'num' }, or(c.id)), h('td', { class: 'mono' }, or(c.external_id)), h('td', {}, or([c.first_name, c.last_name].filter(Boolean).join(' '))), h('td', { class: 'num' }, c.brand_id), h('td', {}, c.channels?.length ? c.channels.map((x) => x.value).join(', ') : muted('none')), h('td', {}, c.purged ? badge('Purged', 'fault') : muted('no'))] })), more) };
}

/** Revnue: customers with their fields, as they are written. */
export function revnue(state, view) {
  const found = state.customers.filter((c) => contains(c, view.text));
  const [list, more] = limited(found, view);
  const uses = new Map();
  for (const c of state.customers) for (const [name, value] of Object.entries(c.fields || {})) if (value !== null && typeof value !== 'object') uses.set(name, (uses.get(name) || 0) + 1);
  const names = [...uses.keys()].sort((a, b) => (b === 'name') - (a === 'name') || (b === 'email') - (a === 'email') || uses.get(b) - uses.get(a)).slice(0, 4);
  const detail = (c) => h('table', { class: 'pairs' }, h('tbody', {}, Object.entries(c.fields || {}).map(([name, value]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value === null ? muted('null') : brief(value))))));
  return { shown: found.length, total: state.customers.length, noun: 'customer', element: table(['', 'Id', 'Company', ...names, 'Fields'], list.map((c, n) => openable({ key: `${c.company}/${c.id ?? n}`, label: `Fields of customer ${c.id}`, open: view.open, columns: 3 + names.length, detail: () => detail(c), cells: [h('th', { scope: 'row', class: 'num' }, or(c.id)), h('td', { class: 'num' }, c.company), names.map((name) => h('td', {}, or(c.fields?.[name]))), h('td', { class: 'muted' }, plural(Object.keys(c.fields || {}).length, 'field'))] })), more) };
}

/** Counters of a provider: everything in the state that is a number. */
export const counters = (state) => h('dl', { class: 'stats stats-inline' }, Object.entries(state).filter(([, value]) => typeof value === 'number').map(([name, value]) => h('div', { class: 'stat' }, h('dt', {}, name.replaceAll('_', ' ')), h('dd', { class: 'num' }, number(value)))));
