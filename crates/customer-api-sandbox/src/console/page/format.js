// Numbers, times and names, as the page shows them.

export const PROVIDERS = { ravelin: 'Ravelin', omnidesk: 'Omnidesk', revnue: 'Revnue', 'customer-radar': 'Customer Radar' };
export const PROVIDER_NAMES = Object.keys(PROVIDERS);

const whole = new Intl.NumberFormat('en-GB');
export const number = (value) => whole.format(value);

/** `plural(1, 'request')` is "1 request". */
export const plural = (count, noun, many = `${noun}s`) => `${number(count)} ${count === 1 ? noun : many}`;

/** `14:03:07.250` of an ISO time, in UTC. */
export function timeOfDay(iso, millis = true) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return String(iso);
  return date.toISOString().slice(11, millis ? 23 : 19);
}

/** `28 Nov 2026, 14:03:07` in UTC. */
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
export function dayAndTime(iso, millis = false) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return String(iso);
  return `${dayFormat.format(date)}, ${timeOfDay(iso, millis)}`;
}
export const day = (iso) => dayFormat.format(new Date(iso));

export function bytes(count) {
  if (count < 1024) return plural(count, 'byte');
  if (count < 1048576) return `${(count / 1024).toFixed(1)} KiB`;
  return `${(count / 1048576).toFixed(1)} MiB`;
}

export const sizeOf = (text) => new TextEncoder().encode(text).length;

/** The class of a status for its colour: the number itself is always shown too. */
export function statusClass(status) {
  if (status === null || status === undefined) return 'none';
  if (status < 300) return 'ok';
  if (status < 400) return 'move';
  return status < 500 ? 'client' : 'server';
}

/** A value of the API as short text. */
export function brief(value) {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A word for a shell, in single quotes where it needs them. */
export const shellWord = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${String(text).replaceAll("'", "'\\''")}'`);

export const apiUrl = (path) => new URL(path, document.baseURI).href.split('#')[0];

/** A curl command for the admin API, to show and copy. */
export function apiCurl(method, path, body) {
  const start = `curl ${method === 'GET' ? '' : `-X ${method} `}${shellWord(apiUrl(path))}`;
  if (!['POST', 'PUT', 'PATCH'].includes(method)) return start;
  const options = ["-H 'content-type: application/json'"];
  if (body !== undefined) options.push(`-d ${shellWord(JSON.stringify(body))}`);
  return [start, ...options].join(' \\\n  ');
}
