// The admin API: one function for each operation that the page uses.

/** A refusal by the API (RFC 9457), or a request that did not arrive. */
export class ApiError extends Error {
  constructor(problem, status) {
    super(problem.detail || problem.title || `The API answered with ${status}.`);
    this.status = status;
    this.pointer = problem.pointer;
    this.expected = problem.expected || [];
  }

  /** The names in the pointer: `/headers/retry-after` has two. */
  get path() {
    return (this.pointer || '').replace(/^\//, '').split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')).filter(Boolean);
  }

  /** What would be right, as a sentence, or an empty text. */
  get hint() {
    if (this.expected.length === 0) return '';
    const shown = this.expected.slice(0, 24);
    const more = this.expected.length - shown.length;
    return `Expected: ${shown.join(', ')}${more ? `, and ${more} more` : ''}.`;
  }
}

async function call(method, path, body) {
  const init = { method, headers: {}, cache: 'no-store' };
  if (method !== 'GET' && method !== 'DELETE') {
    init.headers['content-type'] = 'application/json';
    if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ApiError({ detail: 'The sandbox did not answer. Is it still running?' }, 0);
  }
  if (response.status === 204) return null;
  const value = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(value || {}, response.status);
  return value;
}

function query(path, params) {
  const pairs = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return pairs.length ? `${path}?${new URLSearchParams(pairs)}` : path;
}

const part = encodeURIComponent;

export const api = {
  health: () => call('GET', 'health'),
  reset: (provider) => call('POST', query('reset', { provider })),
  resetState: (provider) => call('POST', query('state/reset', { provider })),

  requests: (params = {}) => call('GET', query('requests', params)),
  request: (id) => call('GET', `requests/${part(id)}`),
  clearRequests: () => call('DELETE', 'requests'),

  faults: () => call('GET', 'faults'),
  addFault: (fault) => call('POST', 'faults', fault),
  replaceFaults: (faults) => call('PUT', 'faults', faults),
  removeFault: (id) => call('DELETE', `faults/${part(id)}`),
  clearFaults: () => call('DELETE', 'faults'),
  connections: (provider, action, times) => call('POST', 'connections', { provider, action, times }),
  expire: (what) => call('POST', 'expire', { what }),

  state: () => call('GET', 'state'),
  providerState: (provider) => call('GET', `state/${part(provider)}`),
  replaceState: (provider, state) => call('PUT', `state/${part(provider)}`, state),

  outbox: (params = {}) => call('GET', query('outbox', params)),

  clock: () => call('GET', 'clock'),
  advance: (by) => call('POST', 'clock/advance', { by }),

  options: (provider) => call('GET', `options/${part(provider)}`),
  changeOptions: (provider, switches) => call('PATCH', `options/${part(provider)}`, switches),
  replaceOptions: (provider, switches) => call('PUT', `options/${part(provider)}`, switches),
};
