// The four providers, the clock and the reset.
import { h, fill, button, icon } from './dom.js';
import { api, ApiError } from './api.js';
import { live } from './live.js';
import { store, refresh } from './store.js';
import { PROVIDERS, day, number, plural, shellWord, timeOfDay } from './format.js';
import { copyButton, dialog, field, fieldError, run, select, toast } from './ui.js';
import * as switches from './switches.js';

let root;
let ticking = 0;
const parts = { cards: new Map() };

const lines = (environment) => Object.entries(environment).map(([name, value]) => `export ${name}=${shellWord(value)}`).join('\n');

function buildCard(name) {
  const card = { stats: {} };
  card.state = h('span', { class: 'pill', test: `accepting-${name}` });
  card.toggle = button('', { class: 'button button-small', test: `connections-${name}` });
  card.toggle.addEventListener('click', () => run(card.toggle, async () => {
    const action = card.accepting ? 'refuse' : 'accept';
    await api.connections(name, action);
    toast(action === 'refuse' ? `${PROVIDERS[name]} refuses connections now. Open connections were cut.` : `${PROVIDERS[name]} accepts connections again.`);
    refresh();
  }));
  card.url = h('code', { class: 'url' });
  card.env = h('div', { class: 'env' });
  const stat = (key, label) => {
    card.stats[key] = h('dd', { class: 'num' }, '–');
    return h('div', { class: 'stat' }, h('dt', {}, label), card.stats[key]);
  };
  card.subtitle = h('p', { class: 'card-subtitle' });
  card.element = h('article', { class: 'card provider-card', data: { provider: name }, test: `provider-${name}`, 'aria-label': PROVIDERS[name] },
    h('header', { class: 'card-head' }, h('div', {}, h('h2', { class: 'provider', data: { provider: name } }, h('span', { class: 'provider-dot', 'aria-hidden': 'true' }), PROVIDERS[name]), card.subtitle), h('span', { class: 'grow' }), card.state, card.toggle),
    h('div', { class: 'url-line' }, h('span', { class: 'label' }, 'Base URL'), card.url, h('span', { class: 'grow' }), copyButton(() => card.url.textContent, 'Copy the base URL', { compact: true })),
    h('div', { class: 'env-box' }, h('div', { class: 'env-head' }, h('span', { class: 'label' }, 'Environment'), h('span', { class: 'grow' }), copyButton(() => card.lines, 'Copy', { class: 'button button-small', test: `copy-env-${name}`, 'aria-label': `Copy the environment lines for ${PROVIDERS[name]}` })), card.env),
    h('dl', { class: 'stats' }, stat('requests', 'requests'), stat('applied', 'applied'), stat('faults', 'faults scripted'), stat('pending_writes', 'writes pending')));
  return card;
}

function drawCards() {
  for (const provider of store.health.providers) {
    const card = parts.cards.get(provider.name);
    if (!card) continue;
    card.accepting = provider.accepting;
    fill(card.state, icon(provider.accepting ? 'check' : 'close', 13), provider.accepting ? 'Accepting' : 'Refusing');
    card.state.classList.toggle('pill-off', !provider.accepting);
    fill(card.toggle, h('span', {}, provider.accepting ? 'Refuse' : 'Accept'));
    card.toggle.title = provider.accepting ? 'Stop listening, and cut open connections' : 'Listen again';
    card.toggle.setAttribute('aria-label', `${provider.accepting ? 'Refuse' : 'Accept'} connections to ${PROVIDERS[provider.name]}`);
    card.url.textContent = provider.base_url;
    card.subtitle.textContent = provider.about;
    const text = lines(provider.environment);
    if (text !== card.lines) {
      card.lines = text;
      fill(card.env, Object.entries(provider.environment).map(([key, value]) => h('div', { class: 'env-line' }, h('div', { class: 'env-text' }, h('span', { class: 'env-export' }, 'export '), h('span', { class: 'env-name' }, key), '=', h('span', { class: 'env-value' }, shellWord(value))), copyButton(value, `Copy the value of ${key}`, { compact: true, test: `copy-${key}` }))));
    }
    for (const [key, element] of Object.entries(card.stats)) {
      element.textContent = number(provider[key]);
      element.classList.toggle('zero', provider[key] === 0);
    }
  }
  const { kept, limit } = store.health.journal;
  parts.version.textContent = `Version ${store.health.version}. The journal has ${plural(kept, 'request')}${limit === null ? '' : ` and keeps ${number(limit)} for each provider`}.`;
  drawClock(store.health.now);
}

function drawClock(now) {
  parts.time.textContent = timeOfDay(now, false);
  parts.day.textContent = `${day(now)}, UTC`;
  parts.time.setAttribute('datetime', now);
}

async function tick() {
  if (root.hidden || document.hidden || live.state !== 'live') return;
  const clock = await api.clock().catch(() => null);
  if (clock) drawClock(clock.now);
}

async function advance(by) {
  fieldError(parts.byField);
  try {
    const { now } = await api.advance(by);
    drawClock(now);
    toast(`The clock moved on by ${by}. Writes that were due are carried out. Tokens and scrolls that were due have ended.`);
    parts.by.value = '';
  } catch (error) {
    fieldError(parts.byField, error);
  }
}

function openReset() {
  const which = select([['', 'All providers'], ...Object.entries(PROVIDERS)], { test: 'reset-provider' });
  const choice = (value, title, text, checked) => h('label', { class: 'choice' }, h('input', { type: 'radio', name: 'reset', value, checked, test: `reset-${value}` }), h('span', {}, h('strong', {}, title), h('span', { class: 'hint' }, text)));
  const form = h('div', { class: 'stack' }, choice('state', 'State only', 'Records go back to the start. Tokens and scrolls end. Faults, switches and the journal stay.', true), choice('everything', 'Everything', 'Records, faults, switches, connections and the journal go back to the start.', false), field('For', which), h('p', { class: 'hint' }, 'Records go back to those with which the sandbox started. The clock is not moved back.'));
  const go = button('Reset', { class: 'button button-danger', test: 'reset-confirm' });
  const box = dialog('Reset the sandbox?', form, [button('Cancel', { onclick: () => box.close() }), go], { class: 'dialog dialog-small', 'data-test': 'reset-dialog' });
  go.addEventListener('click', () => run(go, async () => {
    const everything = form.querySelector('input:checked').value === 'everything';
    await (everything ? api.reset(which.value) : api.resetState(which.value));
    box.close();
    toast(`${everything ? 'Everything' : 'The state'} of ${PROVIDERS[which.value] || 'all providers'} is as it was at the start.`);
    refresh();
  }));
}

export function build(element) {
  root = element;
  parts.time = h('time', { class: 'clock-time num', test: 'clock' }, '–');
  parts.day = h('span', { class: 'clock-day' });
  parts.by = h('input', { type: 'text', placeholder: '2m 30s', class: 'short', autocomplete: 'off', test: 'clock-by' });
  parts.byField = field('Advance by', parts.by);
  const form = h('form', { class: 'clock-form', onsubmit: (event) => { event.preventDefault(); const by = parts.by.value.trim(); if (by) advance(by); else fieldError(parts.byField, new ApiError({ detail: 'Say how far, for example 61s.' }, 0)); } },
    h('div', { class: 'quick' }, ['61s', '1h'].map((by) => button(`+ ${by}`, { 'aria-label': `Advance the clock by ${by}`, test: `advance-${by}`, onclick: () => advance(by) }))),
    parts.byField, h('button', { type: 'submit', class: 'button', test: 'clock-advance' }, 'Advance'));
  parts.version = h('span', { class: 'muted' });
  const all = copyButton(() => (store.health?.providers || []).map((p) => lines(p.environment)).join('\n'), 'Copy all environment lines', { test: 'copy-env-all' });
  for (const name of Object.keys(PROVIDERS)) parts.cards.set(name, buildCard(name));
  fill(root, h('div', { class: 'page' },
    h('div', { class: 'page-head' }, h('div', {}, h('h1', {}, 'Overview'), h('p', { class: 'lead' }, 'Point your clients at these base URLs. ', parts.version)), h('span', { class: 'grow' }), all, button('Reset', { test: 'reset', onclick: openReset, class: 'button button-quiet-danger' }, 'undo')),
    h('section', { class: 'card clock', 'aria-label': 'Clock' }, h('span', { class: 'clock-icon' }, icon('clock', 22)), h('div', { class: 'clock-now' }, h('span', { class: 'label' }, "The sandbox's clock"), h('div', {}, parts.time, parts.day)), h('span', { class: 'grow' }), form),
    h('div', { class: 'cards' }, [...parts.cards.values()].map((card) => card.element)),
    switches.build()));
  store.addEventListener('health', drawCards);
}

export function show() {
  switches.show();
  tick();
  clearInterval(ticking);
  ticking = setInterval(tick, 1000);
}

export function hide() {
  clearInterval(ticking);
}
