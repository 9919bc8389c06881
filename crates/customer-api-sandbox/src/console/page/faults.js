// What is scripted, what has struck, and the form.
import { h, fill, button, icon, debounce } from './dom.js';
import { api } from './api.js';
import { live } from './live.js';
import { journal } from './journal.js';
import { apiCurl, number, plural, timeOfDay } from './format.js';
import { badge, codeLine, confirm, empty, provider, run, status, toast } from './ui.js';
import { editJson } from './jsondialog.js';
import { faultDetails, faultName, processedWords } from './faultwords.js';
import * as form from './faultform.js';

let root;
let list = null;
const parts = {};

function row(fault) {
  const remove = h('button', { type: 'button', class: 'icon-button', 'aria-label': `Remove fault ${fault.id}`, title: 'Remove', test: 'fault-remove' }, icon('trash'));
  remove.addEventListener('click', () => run(remove, async () => { await api.removeFault(fault.id); await load(); toast('The fault was removed.'); }));
  const details = faultDetails(fault);
  return h('tr', { test: 'fault-row', data: { id: fault.id } },
    h('td', {}, provider(fault.provider), h('div', { class: 'mono sub-line' }, fault.on || h('span', { class: 'muted' }, 'any request'))),
    h('th', { scope: 'row' }, badge(faultName(fault), 'fault', 'bolt'), details.length > 0 && h('div', { class: 'muted sub-line' }, details.join(', '))),
    h('td', {}, processedWords(fault)),
    h('td', { class: 'num nowrap', title: fault.left === null ? 'Until it is removed' : undefined }, fault.left === null ? 'all' : `${number(fault.left)} of ${number(fault.times ?? Math.max(1, fault.left + fault.struck))}`),
    h('td', { class: 'num' }, number(fault.struck)),
    h('td', { class: 'cell-end' }, remove));
}

function draw() {
  const none = !list || list.length === 0;
  parts.clear.disabled = none;
  parts.note.textContent = list && !none ? plural(list.length, 'fault') : '';
  if (list && none) { fill(parts.list, empty('No fault is scripted', 'Every request gets its normal response. Use a preset or the form to change that, or send this:', codeLine(apiCurl('POST', 'faults', { on: 'labelCustomer', fault: 'reset_before_head', processed: true })))); return; }
  if (!list) { fill(parts.list, h('p', { class: 'empty muted' }, 'Loading')); return; }
  fill(parts.list, h('div', { class: 'table-scroll' }, h('table', { class: 'table' }, h('thead', {}, h('tr', {}, ['For', 'What the caller sees', 'Effect', 'Left', 'Struck'].map((text) => h('th', { scope: 'col' }, text)), h('td', {}))), h('tbody', {}, list.map(row)))));
}

/** The latest requests that met a fault, from the journal that the page keeps. */
function drawStruck() {
  if (root.hidden) return;
  const found = [];
  for (let at = journal.rows.length - 1; at >= 0 && found.length < 12; at -= 1) if (journal.rows[at].fault) found.push(journal.rows[at]);
  if (found.length === 0) { fill(parts.struck, h('p', { class: 'card-note muted' }, 'No request in the journal has met a fault.')); return; }
  fill(parts.struck, h('ul', { class: 'struck' }, found.map((r) => h('li', {}, h('a', { href: `#/requests/${r.id}`, class: 'struck-row', test: 'struck-row', data: { id: r.id } }, h('span', { class: 'num muted' }, timeOfDay(r.time, false)), provider(r.provider), h('span', { class: 'mono struck-operation' }, r.operation ?? r.target), badge(faultName(r.fault), 'fault', 'bolt'), status(r.status), r.applied ? h('span', { class: 'yes' }, icon('check', 14), 'Applied') : h('span', { class: 'muted' }, 'Not applied'))))));
}

async function load() {
  try {
    list = await api.faults();
  } catch {
    return;
  }
  draw();
}
const loadSoon = debounce(load, 120, 600);

/** A listed fault as it can be sent again. */
function plain({ id, left, struck, times, ...fault }) {
  return left === 1 ? fault : { ...fault, times: left };
}

async function edit() {
  const now = await api.faults();
  editJson({ title: 'All faults', about: 'The list replaces all faults. If one is wrong, none is changed.', value: now.map(plain), saveText: 'Replace all faults', save: async (value) => { await api.replaceFaults(value); toast(`${plural(value.length, 'fault is', 'faults are')} scripted now.`); await load(); } });
}

export function build(element) {
  root = element;
  parts.note = h('span', { class: 'muted num' });
  parts.list = h('div', { test: 'fault-list' });
  parts.struck = h('div', {});
  parts.clear = button('Remove all', { class: 'button button-small', test: 'faults-clear', onclick: () => confirm('Remove all faults?', 'Every request gets its normal response again. Refused connections stay refused.', 'Remove all', async () => { await api.clearFaults(); await load(); toast('No fault is scripted now.'); }) });
  const editButton = button('Edit as JSON', { class: 'button button-small', test: 'faults-edit', onclick: () => run(editButton, edit) }, 'pencil');
  fill(root, h('div', { class: 'page' }, h('div', { class: 'page-head' }, h('div', {}, h('h1', {}, 'Faults'), h('p', { class: 'lead' }, 'What goes wrong next. Requests meet the faults in this order.'))),
    h('div', { class: 'faults-layout' },
      h('div', { class: 'stack-large' },
        h('section', { class: 'card scripted', 'aria-labelledby': 'scripted-title' }, h('header', { class: 'card-head' }, h('h2', { id: 'scripted-title' }, 'Scripted'), parts.note, h('span', { class: 'grow' }), editButton, parts.clear), parts.list),
        h('section', { class: 'card', 'aria-labelledby': 'struck-title' }, h('header', { class: 'card-head' }, h('h2', { id: 'struck-title' }, 'Faults that occurred'), h('span', { class: 'muted' }, 'the latest requests that met a fault')), parts.struck)),
      form.build(load))));
  live.addEventListener('open', load);
  live.addEventListener('change', ({ detail }) => { if (detail === 'faults') loadSoon(); });
  live.addEventListener('request', ({ detail }) => { if (detail.fault) loadSoon(); });
  journal.addEventListener('rows', drawStruck);
  draw();
}

export function show() {
  draw();
  drawStruck();
  load();
}
