// Server-sent events, and whether the sandbox is still there.
import { api } from './api.js';

/** Events: `state` (detail: live, reconnecting, stopped), `open`, `request`, `change`. */
export const live = new EventTarget();
live.state = 'connecting';

let source = null;
let timer = 0;
let failures = 0;
let resting = 0;

function say(type, detail) {
  live.dispatchEvent(new CustomEvent(type, { detail }));
}

function setState(state) {
  if (live.state === state) return;
  live.state = state;
  say('state', state);
}

function connect() {
  source?.close();
  clearTimeout(timer);
  source = new EventSource('events');
  source.addEventListener('open', () => {
    failures = 0;
    setState('live');
    say('open');
  });
  source.addEventListener('request', (event) => say('request', JSON.parse(event.data)));
  source.addEventListener('change', (event) => say('change', JSON.parse(event.data).what));
  source.addEventListener('error', () => {
    // The page opens the next stream itself: the browser's own attempts can end for good.
    source.close();
    retry();
  });
}

function retry() {
  failures += 1;
  if (live.state !== 'stopped') setState('reconnecting');
  if (failures >= 4) setState('stopped');
  clearTimeout(timer);
  timer = setTimeout(probe, Math.min(500 * failures, 3000));
}

/** A short request tells a stopped sandbox from a stream that was cut. */
async function probe() {
  try {
    await api.health();
  } catch {
    retry();
    return;
  }
  connect();
}

export function start() {
  connect();
  // A browser has few connections for one address. A page that nobody sees gives its own back.
  document.addEventListener('visibilitychange', () => {
    clearTimeout(resting);
    if (document.hidden) {
      resting = setTimeout(() => { source?.close(); source = null; clearTimeout(timer); }, 15000);
    } else if (!source) connect();
  });
  addEventListener('pagehide', () => source?.close());
  addEventListener('pageshow', (event) => { if (event.persisted) connect(); });
}
