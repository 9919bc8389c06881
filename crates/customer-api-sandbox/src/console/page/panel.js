// One request with everything that is known of it.
import { h, fill, button, icon } from './dom.js';
import { api } from './api.js';
import { PROVIDERS, dayAndTime } from './format.js';
import { badge, copyButton, failed, provider, run, status, toast } from './ui.js';
import { bodySection, headersTable } from './body.js';
import { broken, faultDetails, faultName, faultSentence, processedWords } from './faultwords.js';

/** What happened, in one sentence, and whether caller and provider could disagree. */
export function outcome(request) {
  const did = request.applied ? 'The request changed the state.' : 'The request changed nothing.';
  const lost = request.response === null || request.status === null;
  const got = lost ? 'The caller got no response.' : `The caller got status ${request.status}${broken(request.fault) ? `, but ${broken(request.fault)}` : ''}.`;
  const read = request.method === 'GET' || request.method === 'HEAD';
  const ok = !lost && request.status < 400 && !broken(request.fault);
  if (request.applied && !ok) return { text: `${did} ${got}`, kind: 'warn', note: 'The caller cannot know that its write was carried out.' };
  if (!request.applied && lost) return { text: `${did} ${got}`, kind: read ? 'plain' : 'warn', note: read ? '' : 'The caller cannot know that its write was not carried out.' };
  return { text: `${did} ${got}`, kind: 'plain', note: '' };
}

const section = (title, note, ...content) => h('section', { class: 'panel-section' }, h('div', { class: 'section-head' }, h('h3', {}, title), note && h('span', { class: 'muted' }, note)), content);

const folded = (title, note, content) => h('details', { class: 'panel-section', open: true }, h('summary', { class: 'section-head' }, icon('right', 14), h('h3', {}, title), h('span', { class: 'muted' }, note)), content);

export class RequestPanel {
  constructor({ onclose, onmove }) {
    this.element = h('aside', { class: 'panel', test: 'request-panel', 'aria-label': 'Request', tabindex: -1, hidden: true });
    this.onclose = onclose;
    this.onmove = onmove;
    this.id = null;
  }

  close() {
    this.id = null;
    this.element.hidden = true;
    fill(this.element);
  }

  /** Shows a request. `fresh` reads it again although it is shown. */
  async show(id, fresh = false) {
    if (this.id === id && !fresh) return;
    const other = this.id !== id;
    this.id = id;
    this.element.hidden = false;
    this.element.dataset.id = id;
    this.element.setAttribute('aria-busy', 'true');
    clearTimeout(this.timer);
    if (other && !this.element.firstChild) fill(this.element, this.head(id), h('p', { class: 'panel-note muted' }, 'Loading'));
    await new Promise((resolve) => { this.timer = setTimeout(resolve, other ? 50 : 0); });
    if (this.id !== id) return;
    try {
      const request = await api.request(id);
      if (this.id === id) this.fill(request, other);
    } catch (error) {
      if (this.id === id) fill(this.element, this.head(id), h('p', { class: 'panel-note' }, error.status === 404 ? `The journal no longer has request ${id}. It was dropped, or the journal was cleared.` : error.message));
    }
    this.element.removeAttribute('aria-busy');
  }

  head(id, ...content) {
    return h('header', { class: 'panel-head' }, h('div', { class: 'panel-title' }, h('h2', {}, `Request ${id}`), content, h('span', { class: 'grow' }),
      h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Newer request', title: 'Newer request (k)', onclick: () => this.onmove(-1) }, icon('up')),
      h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Older request', title: 'Older request (j)', onclick: () => this.onmove(1) }, icon('down')),
      h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close the request', title: 'Close (Esc)', test: 'panel-close', onclick: () => this.onclose() }, icon('close'))));
  }

  fill(request, top) {
    const { text, kind, note } = outcome(request);
    const loseText = 'Lose the next response to this operation';
    const lose = button(loseText, { class: 'button button-primary', test: 'lose-next', disabled: request.operation === null, title: request.operation === null ? 'This request matches no operation.' : undefined }, 'bolt');
    lose.addEventListener('click', () => run(lose, () => this.lose(request)));
    fill(this.element,
      this.head(request.id, status(request.status)),
      h('div', { class: 'panel-scroll' },
        h('p', { class: 'panel-target' }, h('span', { class: 'method' }, request.method), h('span', { class: 'target' }, request.target)),
        h('div', { class: `callout callout-${kind}`, test: 'outcome' }, icon(kind === 'warn' ? 'warn' : request.applied ? 'check' : 'info'), h('div', {}, h('strong', {}, text), note && h('span', {}, ` ${note}`))),
        h('div', { class: 'panel-actions' }, lose, copyButton(request.curl, 'Copy as curl', { test: 'copy-curl' })),
        h('dl', { class: 'facts' },
          h('dt', {}, 'Provider'), h('dd', {}, provider(request.provider)),
          h('dt', {}, 'Operation'), h('dd', {}, request.operation === null ? h('span', { class: 'muted' }, 'none: path or method match no operation') : h('code', {}, request.operation)),
          h('dt', {}, 'Time'), h('dd', { class: 'num' }, `${dayAndTime(request.time, true)} UTC`),
          h('dt', {}, 'Applied'), h('dd', {}, request.applied ? badge('Applied', 'ok', 'check') : badge('Not applied')),
          h('dt', {}, 'Fault'), h('dd', {}, request.fault ? [badge(faultName(request.fault), 'fault', 'bolt'), h('span', { class: 'muted' }, ` ${[typeof (request.fault.processed ?? null) !== 'object' || request.fault.processed ? processedWords(request.fault).toLowerCase() : '', ...faultDetails(request.fault)].filter(Boolean).join('; ')}`)] : h('span', { class: 'muted' }, 'none'))),
        request.problems.length > 0 && section('Problems', "rules of the provider's description that the request broke", h('ul', { class: 'problems', test: 'problems' }, request.problems.map((problem) => h('li', {}, icon('warn', 14), h('span', {}, problem))))),
        bodySection('Request body', request.body, request.headers),
        request.response === null
          ? section('Response', 'none', h('p', { class: 'muted' }, request.fault ? 'No response was sent: the fault took its place.' : 'No response was sent.'))
          : bodySection('Response body', request.response.body, request.response.headers),
        folded('Request headers', 'credentials are masked', headersTable(request.headers)),
        request.response && folded('Response headers', `status ${request.response.status}`, headersTable(request.response.headers)),
        h('p', { class: 'hint' }, 'Credentials in headers are masked. Bodies are shown whole, since they are test data.')));
    if (top) this.element.querySelector('.panel-scroll').scrollTop = 0;
  }

  async lose(request) {
    const fault = { provider: request.provider, on: request.operation, fault: 'reset_before_head', processed: true };
    try {
      await api.addFault(fault);
      toast(faultSentence(fault, PROVIDERS[request.provider]));
    } catch (error) {
      failed(error);
    }
  }
}
