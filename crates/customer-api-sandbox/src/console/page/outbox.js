// E-mails and SMS, as their recipients get them.
import { h, fill, button, icon, debounce } from './dom.js';
import { api } from './api.js';
import { live } from './live.js';
import { providerOf } from './store.js';
import { apiCurl, dayAndTime, plural, number } from './format.js';
import { badge, codeLine, copyButton, empty } from './ui.js';

const STEP = 100;
const SAMPLE = { outbox: [{ data: '1', client_display_id: 'client-1', programme_display_id: 'programme-1', location_display_id: 'location-1', email: 'test@example.com', by_email: true, by_sms: false, sent_at: '2026-01-02T03:04:05Z' }] };

/** Events: `count`, when the number of messages changed. */
export const messages = new EventTarget();
messages.count = 0;

let root;
let all = [];
let found = [];
let loaded = false;
let most = STEP;
let recipient = null;
const parts = {};

const nameOf = (m) => [m.first_name, m.last_name].filter(Boolean).join(' ');
const addressOf = (m) => (m.by_email && m.email) || (m.by_sms && m.mobile) || m.email || m.mobile || 'nobody';

function card(message) {
  const kind = message.by_email && message.by_sms ? 'E-mail and SMS' : message.by_sms ? 'SMS' : 'E-mail';
  const fact = (name, value) => value && [h('dt', {}, name), h('dd', {}, value)];
  const address = addressOf(message);
  const both = message.by_email && message.by_sms;
  return h('article', { class: `message ${message.repeats > 0 ? 'message-repeat' : ''}`, test: 'outbox-message', data: { id: message.id, to: address }, 'aria-label': `${kind} to ${address}` },
    h('header', { class: 'message-head' }, h('span', { class: `message-icon ${message.by_email ? '' : 'message-icon-sms'}` }, icon(message.by_email ? 'mail' : 'phone', 18)),
      h('div', { class: 'message-to' }, h('h3', {}, nameOf(message) || address), h('p', { class: 'muted' }, address, both && ` and ${message.mobile}`)), h('span', { class: 'grow' }),
      message.repeats > 0 && badge(`Sent ${message.repeats + 1} times`, 'repeat', 'warn'), badge(kind),
      h('time', { class: 'muted num', datetime: message.sent_at }, `${dayAndTime(message.sent_at)} UTC`)),
    message.repeats > 0 && h('p', { class: 'message-warning' }, `The same recipient got ${message.repeats === 1 ? 'one message' : `${message.repeats} messages`} for this programme and location before this one.`),
    h('dl', { class: 'facts facts-wide' }, fact('Programme', message.programme_display_id), fact('Location', message.location_display_id), fact('POM', message.pom_display_id), fact('Client', message.client_display_id), fact('Data', message.data)),
    message.metadata?.length > 0 && h('div', { class: 'chips', 'aria-label': 'Metadata' }, message.metadata.map(([key, value]) => h('span', { class: 'chip' }, h('span', { class: 'chip-key' }, key), value))));
}

function drawRecipients() {
  const groups = new Map();
  for (const message of found) {
    const key = addressOf(message);
    const group = groups.get(key) || { key, name: '', count: 0, repeats: 0 };
    group.count += 1;
    group.name = nameOf(message) || group.name;
    group.repeats = Math.max(group.repeats, message.repeats);
    groups.set(key, group);
  }
  if (recipient !== null && !groups.has(recipient)) recipient = null;
  const item = (key, title, sub, count, repeats) => h('button', { type: 'button', class: 'recipient', test: 'outbox-recipient', 'aria-pressed': key === recipient, onclick: () => { recipient = key; most = STEP; draw(); } },
    h('span', { class: 'recipient-text' }, h('span', { class: 'recipient-name' }, title), sub && h('span', { class: 'muted' }, sub)), repeats > 0 && h('span', { class: 'repeat-mark', title: 'Got the same invitation more than once' }, icon('warn', 14), h('span', { class: 'offscreen' }, 'Repeated')), h('span', { class: 'count' }, number(count)));
  const list = [...groups.values()].reverse().sort((a, b) => (b.repeats > 0) - (a.repeats > 0)).slice(0, 200);
  fill(parts.recipients, item(null, 'Everybody', null, found.length, 0), list.map((g) => item(g.key, g.name || g.key, g.name ? g.key : null, g.count, g.repeats)));
}

function draw() {
  drawRecipients();
  const mine = found.filter((m) => recipient === null || addressOf(m) === recipient);
  let list = mine.slice().reverse();
  if (parts.latest.checked) {
    const seen = new Set();
    list = list.filter((m) => !seen.has(addressOf(m)) && seen.add(addressOf(m)));
  }
  const repeated = list.filter((m) => m.repeats > 0).length;
  fill(parts.count, plural(list.length, 'message'), repeated > 0 && h('span', { class: 'repeat-note' }, ' · ', plural(repeated, 'repeat')));
  const body = parts.list;
  parts.layout.hidden = all.length === 0 && found.length === 0;
  parts.empty.hidden = !parts.layout.hidden;
  if (!parts.layout.hidden) {
    fill(body, list.slice(0, most).map(card), list.length === 0 && empty('No message matches', 'Nothing in the outbox has this text.', button('Remove the search', { onclick: () => { parts.text.value = ''; load(); } })),
      list.length > most && button(`Show ${Math.min(STEP, list.length - most)} more of ${number(list.length - most)}`, { onclick: () => { most += STEP; draw(); } }));
    parts.curl.textContent = apiCurl('GET', recipient === null ? 'outbox/latest' : `outbox/latest?to=${encodeURIComponent(recipient)}`);
    return;
  }
  const radar = providerOf('customer-radar');
  fill(parts.empty, loaded ? empty('No message was sent', `When Customer Radar${radar ? ` at ${radar.base_url}` : ''} accepts an invitation, the e-mail or SMS appears here. Send one with your client, or put one there:`, codeLine(apiCurl('PUT', 'state/customer-radar', SAMPLE))) : h('p', { class: 'empty muted' }, 'Loading'));
}

async function load() {
  const q = parts.text.value.trim();
  try {
    const [every, some] = await Promise.all([api.outbox(), q ? api.outbox({ q }) : null]);
    if (q !== parts.text.value.trim()) return;
    all = every;
    found = some || every;
    loaded = true;
  } catch {
    return;
  }
  if (messages.count !== all.length) {
    messages.count = all.length;
    messages.dispatchEvent(new Event('count'));
  }
  draw();
}
const loadVisible = debounce(load, 150, 800);
const loadHidden = debounce(load, 1000, 4000);
const loadSoon = () => (root.hidden ? loadHidden() : loadVisible());

export function build(element) {
  root = element;
  parts.text = h('input', { type: 'search', placeholder: 'Search recipients, names, metadata', 'aria-label': 'Search the outbox', 'aria-keyshortcuts': '/', test: 'outbox-search', data: { search: '' }, oninput: () => { most = STEP; loadSoon(); } });
  parts.latest = h('input', { type: 'checkbox', test: 'outbox-latest', onchange: draw });
  parts.count = h('span', { class: 'muted num', test: 'outbox-count', role: 'status' });
  parts.recipients = h('nav', { class: 'recipients', 'aria-label': 'Recipients' });
  parts.list = h('div', { class: 'messages', test: 'outbox-list' });
  parts.curl = h('code', { tabindex: 0, 'aria-label': 'Command' });
  parts.layout = h('div', { class: 'outbox-layout' }, h('div', { class: 'outbox-side' }, h('h2', { class: 'label' }, 'Recipients'), parts.recipients, h('div', { class: 'side-note' }, h('p', { class: 'hint' }, 'For a script: the latest message'), h('div', { class: 'code-line code-line-scroll' }, parts.curl, copyButton(() => parts.curl.textContent, 'Copy this line', { compact: true })))), parts.list);
  parts.empty = h('div', { hidden: true });
  fill(root, h('div', { class: 'page' }, h('div', { class: 'page-head' }, h('div', {}, h('h1', {}, 'Outbox'), h('p', { class: 'lead' }, 'Invitations that Customer Radar accepted, the newest first. Nothing leaves this machine.'))),
    h('div', { class: 'toolbar toolbar-flat' }, h('span', { class: 'search' }, icon('search'), parts.text), h('label', { class: 'check' }, parts.latest, 'Only the latest for each recipient'), h('span', { class: 'grow' }), parts.count),
    parts.layout, parts.empty));
  live.addEventListener('open', load);
  live.addEventListener('change', ({ detail }) => { if (detail === 'state') loadSoon(); });
  live.addEventListener('request', ({ detail }) => { if (detail.provider === 'customer-radar' && detail.applied) loadSoon(); });
}

export function show() {
  draw();
  if (loaded) loadVisible();
}
