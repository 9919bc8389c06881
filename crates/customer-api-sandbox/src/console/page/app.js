// Starts the page: views, routes, keys, and the state of the connection.
import { h, fill, icon } from './dom.js';
import { live, start } from './live.js';
import { journal } from './journal.js';
import { store } from './store.js';
import { number } from './format.js';
import { dialog, toast } from './ui.js';
import * as overview from './overview.js';
import * as requests from './requests.js';
import * as outbox from './outbox.js';
import * as records from './records.js';
import * as faults from './faults.js';

const views = { overview, requests, outbox, records, faults };
const names = Object.keys(views);
const titles = { overview: 'Overview', requests: 'Requests', outbox: 'Outbox', records: 'Records', faults: 'Faults' };
let current = null;

const panelOf = (name) => document.getElementById(`view-${name}`);
const tabOf = (name) => document.getElementById(`tab-${name}`);

function route() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, '').split('/');
  if (!views[name]) { location.replace('#/overview'); return; }
  for (const other of names) {
    const on = other === name;
    panelOf(other).hidden = !on;
    tabOf(other).setAttribute('aria-selected', on);
    tabOf(other).tabIndex = on ? 0 : -1;
  }
  document.title = `${titles[name]} · Sandbox`;
  if (current !== name) { views[current]?.hide?.(); window.scrollTo(0, 0); }
  current = name;
  views[name].show(rest.join('/'));
}

function count(name, value, label) {
  const element = document.querySelector(`[data-count="${name}"]`);
  element.textContent = value ? number(value) : '';
  element.setAttribute('aria-label', value ? label(value) : '');
}

function showLive() {
  const element = document.getElementById('live');
  const words = { connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', stopped: 'Stopped' };
  element.dataset.state = live.state;
  element.querySelector('.live-text').textContent = words[live.state];
  const banner = document.getElementById('banner');
  banner.hidden = live.state !== 'stopped';
  document.body.classList.toggle('is-stopped', live.state === 'stopped');
  if (live.state === 'stopped') fill(banner, icon('warn'), h('span', {}, h('strong', {}, 'The sandbox stopped.'), ' This page shows what it last saw. Start the sandbox on the same port again, and the page continues.'));
}

const KEYS = [
  ['Everywhere', [['1 – 5', 'Overview, Requests, Outbox, Records, Faults'], ['/', 'Search in this view'], ['t', 'Change between light and dark'], ['?', 'Show these keys'], ['Esc', 'Close the dialog or the request']]],
  ['Requests', [['j, ↓', 'Older request'], ['k, ↑', 'Newer request'], ['Enter', 'Open the marked request'], ['Home, End', 'Newest, oldest request'], ['p', 'Pause or resume the list']]],
];

function showKeys() {
  dialog('Keys', KEYS.map(([title, list]) => h('section', { class: 'keys-section' }, h('h3', {}, title), h('dl', { class: 'keys' }, list.map(([keys, text]) => [h('dt', {}, keys.split(', ').map((key) => h('kbd', {}, key))), h('dd', {}, text)])))), null, { class: 'dialog dialog-small', 'data-test': 'keys-dialog' });
}

function showTheme() {
  const dark = document.documentElement.dataset.theme === 'dark';
  const element = document.getElementById('theme');
  fill(element, icon(dark ? 'sun' : 'moon'));
  element.title = dark ? 'Light' : 'Dark';
}

function toggleTheme() {
  window.toggleTheme();
  showTheme();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  const typing = event.target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select');
  if (typing) {
    if (event.key === 'Escape') { event.target.blur(); event.preventDefault(); }
    return;
  }
  const used = () => {
    if (event.key >= '1' && event.key <= '5') { location.hash = `#/${names[event.key - 1]}`; return true; }
    if (event.key === '/') { const box = panelOf(current).querySelector('[data-search]'); box?.focus(); box?.select(); return Boolean(box); }
    if (event.key === '?') { showKeys(); return true; }
    if (event.key === 't') { toggleTheme(); return true; }
    // In the row of tabs, the arrows belong to the tabs.
    if (event.target.closest('[role=tablist]')) return false;
    return views[current]?.key?.(event) || false;
  };
  if (used()) event.preventDefault();
}

/** Arrows, Home and End in a row of tabs. */
function onTabKey(event) {
  const row = event.target.closest('[role=tablist]');
  if (!row) return;
  const tabs = [...row.querySelectorAll('[role=tab]')];
  const at = tabs.indexOf(event.target.closest('[role=tab]'));
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const tab = tabs[(to + tabs.length) % tabs.length];
  tab.focus();
  tab.click();
}

for (const [name, view] of Object.entries(views)) view.build(panelOf(name));
document.getElementById('theme').addEventListener('click', toggleTheme);
document.getElementById('keys').addEventListener('click', showKeys);
fill(document.getElementById('keys'), icon('keys'));
document.getElementById('keys').title = 'Keys (?)';
showTheme();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
document.addEventListener('keydown', onKey);
document.addEventListener('keydown', onTabKey);
addEventListener('hashchange', route);

let stopped = false;
live.addEventListener('state', () => {
  if (live.state === 'stopped') stopped = true;
  if (live.state === 'live' && stopped) { stopped = false; toast('The sandbox is back.'); }
  showLive();
});
journal.addEventListener('rows', () => count('requests', journal.rows.length, (n) => `${n} requests`));
store.addEventListener('health', () => count('faults', store.health.providers.reduce((sum, p) => sum + p.faults, 0), (n) => `${n} scripted faults`));
outbox.messages.addEventListener('count', () => count('outbox', outbox.messages.count, (n) => `${n} messages`));

showLive();
route();
start();
