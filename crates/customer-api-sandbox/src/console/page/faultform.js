// The form that scripts a fault, and the presets.
import { h, fill, button, icon } from './dom.js';
import { api, ApiError } from './api.js';
import { store, providerOf } from './store.js';
import { PROVIDERS, apiCurl } from './format.js';
import { codeLine, field, fieldError, run, select, toast } from './ui.js';
import { KINDS, faultSentence } from './faultwords.js';

let changed = () => {};
const parts = { fields: {}, inputs: {} };
const value = (name) => parts.inputs[name].value.trim();

function operations() {
  const chosen = parts.inputs.on.value;
  const list = providerOf(value('provider'))?.operations || [];
  fill(parts.inputs.on, h('option', { value: '' }, 'Any request'), list.map((name) => h('option', { value: name }, name)));
  parts.inputs.on.value = list.includes(chosen) ? chosen : '';
}

const target = () => ({ provider: value('provider'), ...(value('on') && { on: value('on') }) });

function wrong(name, detail) {
  throw Object.assign(new ApiError({ detail, pointer: `/${name}` }, 0));
}

const whole = (name) => (/^\d+$/.test(value(name)) ? Number(value(name)) : wrong(name, 'This is a whole number.'));

/** `name: value` lines as headers. */
function headers() {
  const found = {};
  for (const line of value('headers').split('\n').filter((text) => text.trim())) {
    const at = line.indexOf(':');
    if (at < 1) wrong('headers', `Each line is a name, a colon and a value: "${line}" is not.`);
    found[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
  }
  return found;
}

function body() {
  const text = parts.inputs.body.value;
  const kind = value('body_kind');
  if (kind !== 'json') return { [kind]: text };
  try {
    return { json: JSON.parse(text) };
  } catch {
    return wrong('body', 'This is not JSON. Choose another kind of body for it.');
  }
}

/** The form as a fault of the API. */
function read() {
  const fault = { ...target(), fault: value('fault') };
  const has = (name) => KINDS[fault.fault].fields.includes(name);
  const given = (name) => has(name) && value(name) !== '';
  const processed = value('processed');
  if (processed === 'yes' || processed === 'no') fault.processed = processed === 'yes';
  else if (processed === 'after') fault.processed = { after: value('later') || wrong('processed', 'Say how much later, for example 10m.') };
  else if (processed === 'requests') fault.processed = { requests: /^\d+$/.test(value('later')) ? Number(value('later')) : wrong('processed', 'Say after how many requests, for example 2.') };
  if (parts.always.checked) fault.times = null;
  else if (value('times') !== '') fault.times = whole('times');
  if (value('probability') !== '') {
    fault.probability = Number(value('probability').replace(',', '.'));
    if (Number.isNaN(fault.probability)) wrong('probability', 'This is a number from 0 to 1, for example 0.1.');
    if (value('seed') !== '') fault.seed = whole('seed');
  }
  if (value('delay')) fault.delay = value('delay');
  if (given('status')) fault.status = whole('status');
  else if (fault.fault === 'status') wrong('status', 'A status is needed, for example 503.');
  if (given('headers')) fault.headers = headers();
  if (has('body') && value('body_kind') !== '') fault.body = value('body_kind') === 'empty' ? { text: '' } : body();
  if (given('pause')) fault.pause = value('pause');
  if (given('length')) fault.length = whole('length');
  return fault;
}

function clearErrors() {
  for (const element of new Set(Object.values(parts.fields))) fieldError(element);
  parts.error.hidden = true;
}

/** Shows an error of the API at the field that its pointer names. */
function showError(error) {
  const [name] = error.path || [];
  const at = parts.fields[name];
  if (at) {
    for (let box = at.closest('details'); box; box = null) box.open = true;
    if (!at.hidden) {
      fieldError(at, error);
      at.querySelector('input, select, textarea').focus();
      return;
    }
  }
  fill(parts.error, icon('warn', 14), h('span', {}, [error.message, error.hint].filter(Boolean).join(' ')));
  parts.error.hidden = false;
}

async function add(fault) {
  const added = await api.addFault(fault);
  toast(faultSentence({ ...fault, ...added, times: fault.times }, PROVIDERS[fault.provider]));
  changed();
}

async function submit() {
  clearErrors();
  try {
    await add(read());
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showError(error);
  }
}

function adapt() {
  const kind = KINDS[value('fault')];
  parts.about.textContent = kind.about;
  for (const name of ['status', 'pause', 'length', 'headers', 'body']) parts.fields[name].hidden = !kind.fields.includes(name);
  parts.later.hidden = !['after', 'requests'].includes(value('processed'));
  parts.inputs.later.placeholder = value('processed') === 'requests' ? '2 (requests)' : '10m';
  parts.inputs.body.hidden = ['', 'empty'].includes(value('body_kind'));
  parts.inputs.times.disabled = parts.always.checked;
  parts.fields.seed.hidden = value('probability') === '';
  try {
    const fault = read();
    fill(parts.preview, codeLine(apiCurl('POST', 'faults', fault)));
  } catch {
    fill(parts.preview, h('p', { class: 'muted' }, 'The form is not complete yet.'));
  }
}

const PRESETS = [
  { id: 'lost-answer', text: 'Lost answer', about: 'The operation is carried out, and its caller gets no response.', icon: 'bolt', fault: { fault: 'reset_before_head', processed: true } },
  { id: 'lost-request', text: 'Lost request', about: 'The operation is not carried out, and its caller gets no response.', icon: 'bolt', fault: { fault: 'reset_before_head', processed: false } },
  { id: '429', text: '429, Retry-After 2', about: 'The provider asks the caller to wait for 2 seconds.', icon: 'clock', fault: { fault: 'status', status: 429, headers: { 'retry-after': '2' } } },
  { id: '503', text: '503 twice', about: 'The next two requests get 503.', icon: 'warn', fault: { fault: 'status', status: 503, times: 2 } },
  { id: 'drip', text: 'Slow drip', about: 'The response comes byte by byte, with 200 ms before each.', icon: 'clock', fault: { fault: 'drip', pause: '200ms' } },
  { id: 'hang', text: 'No response', about: 'The connection stays open, and nothing comes.', icon: 'clock', fault: { fault: 'hang' } },
  { id: 'tokens', text: 'Expired tokens', about: 'All tokens of Customer Radar end now.', icon: 'key', run: async () => { await api.expire('tokens'); toast('All tokens of Customer Radar have ended. The next invitation with an old token is refused.'); } },
  { id: 'scroll', text: 'Dead scroll', about: 'All open scrolls of Ravelin end now.', icon: 'list', run: async () => { await api.expire('scrolls'); toast('All scrolls of Ravelin have ended. The next page of an old scroll is refused.'); } },
  { id: 'refuse', text: 'Refuse connections', about: 'The provider stops listening, until it accepts again.', icon: 'close', run: async () => {
    const { accepting } = providerOf(value('provider')) || { accepting: true };
    await api.connections(value('provider'), accepting ? 'refuse' : 'accept');
    toast(accepting ? `${PROVIDERS[value('provider')]} refuses connections now. Open connections were cut.` : `${PROVIDERS[value('provider')]} accepts connections again.`);
  } },
  ...['reset', 'silence', 'garbage'].map((action) => ({ id: action, text: { reset: 'Reset a connection', silence: 'Silent connection', garbage: 'Garbage instead of HTTP' }[action], about: 'For the next connection, before its request is read.', icon: { reset: 'bolt', silence: 'pause', garbage: 'warn' }[action], run: async () => {
    await api.connections(value('provider'), action, 1);
    toast(`The next connection to ${PROVIDERS[value('provider')]} will ${{ reset: 'be reset', silence: 'get nothing', garbage: 'get bytes that are not HTTP' }[action]}.`);
  } })),
];

function preset(item) {
  const element = h('button', { type: 'button', class: 'preset', test: `preset-${item.id}`, title: item.about }, icon(item.icon), h('span', { class: 'preset-text' }, item.text));
  element.addEventListener('click', () => run(element, async () => { await (item.run ? item.run() : add({ ...target(), ...item.fault })); changed(); }));
  return element;
}

function drawRefuse() {
  const accepting = providerOf(value('provider'))?.accepting ?? true;
  parts.refuse.querySelector('.preset-text').textContent = accepting ? 'Refuse connections' : 'Accept connections';
  parts.refuse.title = accepting ? 'The provider stops listening, until it accepts again.' : 'The provider listens again.';
}

export function build(onchange) {
  changed = onchange;
  const input = (name, props = {}) => { parts.inputs[name] = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', test: `fault-${name}`, ...props }); return parts.inputs[name]; };
  const choice = (name, options) => { parts.inputs[name] = select(options, { test: `fault-${name}` }); return parts.inputs[name]; };
  const put = (name, label, control, more) => { parts.fields[name] = field(label, control, more); return parts.fields[name]; };
  choice('fault', Object.entries(KINDS).map(([name, kind]) => [name, kind.label])).dataset.test = 'fault-kind';
  parts.inputs.body = h('textarea', { rows: 3, class: 'mono', spellcheck: 'false', test: 'fault-body', 'aria-label': 'Text of the body' });
  choice('body_kind', [['', "The operation's own, or none"], ['empty', 'Empty'], ['json', 'JSON'], ['html', 'HTML'], ['text', 'Text'], ['not_json', 'Not JSON, labelled as JSON']]);
  parts.inputs.headers = h('textarea', { rows: 2, class: 'mono', spellcheck: 'false', placeholder: 'retry-after: 2', test: 'fault-headers' });
  parts.always = h('input', { type: 'checkbox', test: 'fault-always' });
  parts.about = h('p', { class: 'hint' });
  parts.error = h('p', { class: 'field-error', role: 'alert', hidden: true });
  parts.preview = h('div', { test: 'fault-preview' });
  const where = h('div', { class: 'form-grid' }, put('provider', 'Provider', choice('provider', Object.entries(PROVIDERS))), put('on', 'Operation', choice('on', [])));
  parts.fields.fault = put('fault', 'What the caller sees', parts.inputs.fault);
  parts.fields.fault.append(parts.about);
  const processed = put('processed', 'Is the operation carried out?', choice('processed', [['yes', 'Yes, before the fault'], ['no', 'No'], ['after', 'Later, after a time'], ['requests', 'Later, after further requests'], ['', 'As usual for this fault']]));
  parts.later = h('div', { class: 'sub' }, input('later', { 'aria-label': 'How much later' }));
  processed.querySelector('select').after(parts.later);
  const times = put('times', 'How many requests', input('times', { inputmode: 'numeric', placeholder: '1', class: 'num' }));
  times.append(h('label', { class: 'check' }, parts.always, 'All requests, until it is removed'));
  const bodyField = put('body', 'Body', parts.inputs.body_kind);
  bodyField.querySelector('select').after(parts.inputs.body);
  const form = h('form', { class: 'card fault-form', test: 'fault-form', novalidate: true, 'aria-labelledby': 'fault-form-title', onsubmit: (event) => { event.preventDefault(); run(parts.add, submit); } },
    h('header', { class: 'card-head' }, h('h2', { id: 'fault-form-title' }, 'Add a fault')), h('div', { class: 'card-body stack' }, where,
      h('div', {}, h('h3', { class: 'label' }, 'Presets: for the next requests of this operation'), h('div', { class: 'presets' }, PRESETS.filter((item) => item.fault).map(preset)), h('h3', { class: 'label presets-label' }, 'Presets: connections of this provider, tokens, scrolls'), h('div', { class: 'presets' }, PRESETS.filter((item) => item.run).map(preset))),
      h('hr', {}), parts.fields.fault, h('div', { class: 'form-grid' }, processed, times),
      h('div', { class: 'form-grid' }, put('status', 'Status', input('status', { inputmode: 'numeric', placeholder: '503', class: 'num' })), put('pause', 'Pause before each byte', input('pause', { placeholder: '200ms' })), put('length', 'Length in bytes', input('length', { inputmode: 'numeric', placeholder: '10000000', class: 'num' })), put('delay', 'Delay before the response', input('delay', { placeholder: 'none, for example 2s' })), put('probability', 'Probability', input('probability', { inputmode: 'decimal', placeholder: '1: every request', class: 'num' })), put('seed', 'Seed of the draws', input('seed', { inputmode: 'numeric', placeholder: '0', class: 'num' }))),
      put('headers', 'Headers, one per line', parts.inputs.headers), bodyField,
      parts.error, h('div', { class: 'form-foot' }, parts.add = h('button', { type: 'submit', class: 'button button-primary', test: 'fault-add' }, icon('plus'), h('span', {}, 'Add the fault')), button('Empty the form', { class: 'button button-ghost', onclick: () => { const { provider, on } = target(); form.reset(); parts.inputs.provider.value = provider; operations(); parts.inputs.on.value = on || ''; clearErrors(); adapt(); } })),
      h('details', { class: 'as-api' }, h('summary', {}, icon('right', 14), 'The same request to the API'), parts.preview)));
  parts.refuse = form.querySelector('[data-test="preset-refuse"]');
  form.addEventListener('input', (event) => {
    const holder = event.target.closest('.field');
    if (holder) fieldError(holder);
    parts.error.hidden = true;
    if (event.target === parts.inputs.provider) { operations(); drawRefuse(); }
    adapt();
  });
  parts.inputs.fault.value = 'reset_before_head';
  store.addEventListener('health', () => { if (parts.inputs.on.options.length < 2) { operations(); adapt(); } drawRefuse(); });
  adapt();
  return form;
}
