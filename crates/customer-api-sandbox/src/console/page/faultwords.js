// What each kind of fault is called, and what it does, in words.

export const KINDS = {
  status: { label: 'Another status', about: 'The caller gets the status, headers and body that you set.', fields: ['status', 'headers', 'body'] },
  reset_before_head: { label: 'Reset before the response', about: 'The connection is reset instead of a response.', fields: [] },
  close_before_head: { label: 'Close before the response', about: 'The connection is closed in an orderly way instead of a response.', fields: [] },
  reset_while_reading: { label: 'Reset while the request is sent', about: 'The connection is reset while the caller sends its body. The request is never carried out.', fields: [] },
  reset_after_head: { label: 'Reset after the head', about: 'The caller gets the head of the response, then a reset.', fields: ['status', 'headers', 'body'] },
  reset_mid_body: { label: 'Reset in the body', about: 'The caller gets the head and half of the body, then a reset.', fields: ['status', 'headers', 'body'] },
  truncated: { label: 'Truncated body', about: 'The length promises more than the body has. Then the connection is closed in an orderly way.', fields: ['status', 'headers', 'body'] },
  hang: { label: 'No response', about: 'The connection stays open, and nothing comes.', fields: [] },
  drip: { label: 'Slow drip', about: 'The body comes byte by byte, with a pause before each.', fields: ['pause', 'status', 'headers', 'body'] },
  oversized: { label: 'Oversized body', about: 'A body of the length that you set: valid JSON, without a length header.', fields: ['length', 'status', 'headers'] },
  none: { label: 'Normal response', about: "The operation's own response. Use it to let requests pass, or with a delay or headers.", fields: ['headers', 'body'] },
};

const BROKEN = { reset_after_head: 'only its head arrived', reset_mid_body: 'only half of the body arrived', truncated: 'the body was cut off', oversized: 'the body was too large' };

/** How the fault broke the response, or nothing. */
export const broken = (fault) => fault && BROKEN[fault.fault];

/** A short name: "Status 429", "Slow drip". */
export function faultName(fault) {
  if (fault.fault === 'status') return `Status ${fault.status}`;
  return KINDS[fault.fault]?.label || fault.fault;
}

/** What else the fault has: "after 2s", "Retry-After: 2". */
export function faultDetails(fault) {
  const list = [];
  if (fault.fault !== 'status' && fault.status !== undefined && fault.status !== null) list.push(`status ${fault.status}`);
  if (fault.delay) list.push(`delay ${fault.delay}`);
  if (fault.pause) list.push(`${fault.pause} before each byte`);
  if (fault.length) list.push(`${fault.length} bytes`);
  for (const [name, value] of Object.entries(fault.headers || {})) list.push(`${name}: ${value}`);
  if (fault.informational?.length) list.push(`${fault.informational.join(', ')} first`);
  if (fault.body) list.push(`its own body (${Object.keys(fault.body)[0]})`);
  if (fault.probability !== undefined && fault.probability !== null && fault.probability !== 1) list.push(`probability ${fault.probability}, seed ${fault.seed ?? 0}`);
  if (fault.second_writers?.length) list.push('another writer');
  return list;
}

/** The value of `processed` that holds when it is not given. */
export function processedOf(fault) {
  if (fault.processed !== undefined && fault.processed !== null) return fault.processed;
  const bareDrip = fault.fault === 'drip' && (fault.status === undefined || fault.status === null);
  return fault.fault === 'none' || bareDrip;
}

/** Whether the operation is carried out: "Carried out before the fault", "Not carried out", "Carried out 10m later". */
export function processedWords(fault) {
  const value = processedOf(fault);
  if (value === true) return 'Carried out before the fault';
  if (value === false) return 'Not carried out';
  if (value.after !== undefined) return `Carried out ${value.after} later`;
  return `Carried out ${value.requests} requests later`;
}

/** What will happen, as a sentence for a toast. */
export function faultSentence(fault, providerTitle) {
  const what = fault.on || `request to ${providerTitle}`;
  const times = fault.times === undefined ? 1 : fault.times;
  const which = times === null ? `Every ${what}` : times === 1 ? `The next ${what}` : `The next ${times} of ${what}`;
  const verb = times === null || times === 1;
  const value = processedOf(fault);
  const done = value === true ? 'carried out' : value === false ? 'not carried out' : 'carried out later';
  const seen = {
    status: `get status ${fault.status}`,
    none: 'get the normal response',
    drip: 'get the response byte by byte',
    hang: 'wait for a response that does not come',
    reset_after_head: 'get the head of the response, then a reset',
    reset_mid_body: 'get half of the response, then a reset',
    truncated: 'get a body that is cut off',
    oversized: 'get a body that is too large',
  }[fault.fault] || 'get no response';
  const chance = fault.probability !== undefined && fault.probability !== 1 ? ` This happens with probability ${fault.probability}.` : '';
  return `${which} will be ${done}, and ${verb ? 'its caller' : 'the callers'} will ${seen}.${chance}`;
}
