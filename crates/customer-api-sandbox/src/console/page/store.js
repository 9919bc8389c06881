// What `GET /health` says, kept fresh.
import { api } from './api.js';
import { live } from './live.js';
import { debounce } from './dom.js';
import { setHealth } from './journal.js';

/** Events: `health`. */
export const store = new EventTarget();
store.health = null;

async function read() {
  if (live.state === 'stopped' || document.hidden) return;
  try {
    store.health = await api.health();
  } catch {
    return;
  }
  setHealth(store.health.journal);
  store.dispatchEvent(new Event('health'));
}

export const refresh = debounce(read, 120, 600);

live.addEventListener('open', read);
live.addEventListener('request', refresh);
live.addEventListener('change', refresh);
document.addEventListener('visibilitychange', read);
setInterval(() => { if (live.state === 'live') read(); }, 5000);

export const providerOf = (name) => store.health?.providers.find((p) => p.name === name);
