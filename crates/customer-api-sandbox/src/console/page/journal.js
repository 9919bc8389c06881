// The requests that the page knows, in the order in which they arrived.
import { api } from './api.js';
import { live } from './live.js';
import { PROVIDER_NAMES } from './format.js';

const PAGE = 10000;

/** Events: `rows` after a change. */
export const journal = new EventTarget();
journal.rows = [];
journal.dropped = 0;
journal.limit = null;
journal.loaded = false;

let loading = false;
let again = false;
let waiting = [];
let told = false;

function tell() {
  if (told) return;
  told = true;
  setTimeout(() => { told = false; journal.dispatchEvent(new Event('rows')); }, 30);
}

/** The place of an id, or of where it belongs. */
function place(id) {
  let low = 0;
  let high = journal.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (journal.rows[middle].id < id) low = middle + 1; else high = middle;
  }
  return low;
}

export function find(id) {
  const row = journal.rows[place(id)];
  return row?.id === id ? row : undefined;
}

function put(row) {
  const { rows } = journal;
  if (rows.length === 0 || rows[rows.length - 1].id < row.id) rows.push(row);
  else {
    const at = place(row.id);
    rows.splice(at, rows[at]?.id === row.id ? 1 : 0, row);
  }
}

/** The sandbox keeps `limit` requests for each provider: so does the page. */
function trim() {
  if (journal.limit === null) return;
  const counts = Object.fromEntries(PROVIDER_NAMES.map((name) => [name, 0]));
  for (const row of journal.rows) counts[row.provider] += 1;
  if (!Object.values(counts).some((count) => count > journal.limit)) return;
  journal.rows = journal.rows.filter((row) => {
    if (counts[row.provider] <= journal.limit) return true;
    counts[row.provider] -= 1;
    return false;
  });
}

/** Reads the whole journal. Requests that arrive meanwhile are kept. */
export async function load() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    let page = await api.requests({ limit: PAGE });
    let rows = page.requests;
    const { matching, dropped } = page;
    while (rows.length < matching && page.requests.length > 0) {
      page = await api.requests({ limit: PAGE, before: rows[0].id });
      rows = page.requests.concat(rows);
    }
    journal.rows = rows;
    journal.dropped = dropped;
    journal.loaded = true;
  } catch {
    // The page says in its live state that the sandbox does not answer.
  } finally {
    loading = false;
    for (const row of waiting.splice(0)) put(row);
    tell();
    if (again) { again = false; load(); }
  }
}

/** What `GET /health` says about the journal. A journal that lost requests by their size is read again. */
export function setHealth({ kept, dropped, limit }) {
  journal.limit = limit;
  const before = journal.rows.length;
  trim();
  if (dropped !== journal.dropped || before !== journal.rows.length) { journal.dropped = dropped; tell(); }
  if (journal.loaded && !loading && kept < journal.rows.length) load();
}

live.addEventListener('request', ({ detail }) => {
  if (loading) waiting.push(detail);
  else { put(detail); tell(); }
});
live.addEventListener('open', load);
live.addEventListener('change', ({ detail }) => { if (detail === 'requests') load(); });
