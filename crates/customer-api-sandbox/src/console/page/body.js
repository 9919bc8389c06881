// Shows a body: JSON with indents, forms as a table, bytes as a dump, anything else as text.
import { h, fill, button } from './dom.js';
import { bytes, sizeOf } from './format.js';
import { isJson, jsonBlock, pretty } from './json.js';
import { copyButton } from './ui.js';

const MOST = 200000;

const typeOf = (headers) => (headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] || '');

/** The fields of a form, or null if the text is none. */
function fieldsOf(text, type) {
  if (/^application\/x-www-form-urlencoded/i.test(type)) return [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }));
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (!boundary) return null;
  const fields = [];
  for (const section of `\r\n${text}`.split(`\r\n--${boundary}`).slice(1, -1)) {
    const end = section.indexOf('\r\n\r\n');
    if (end < 0) return null;
    const head = section.slice(0, end);
    const name = /[; ]name="([^"]*)"/i.exec(head)?.[1];
    if (name === undefined) return null;
    fields.push({ name, value: section.slice(end + 4), file: /filename="([^"]*)"/i.exec(head)?.[1] });
  }
  return fields.length ? fields : null;
}

const table = (fields) => h('table', { class: 'pairs' }, h('tbody', {}, fields.map(({ name, value, file }) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, file !== undefined && h('span', { class: 'muted' }, `file ${file}: `), value === '' ? h('span', { class: 'muted' }, 'empty') : value)))));

/** The first bytes as hex and text. */
function dump(base64) {
  const data = atob(base64);
  const lines = [];
  for (let at = 0; at < Math.min(data.length, 512); at += 16) {
    const row = [...data.slice(at, at + 16)].map((c) => c.charCodeAt(0));
    const hex = row.map((b) => b.toString(16).padStart(2, '0')).join(' ').padEnd(48);
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex} ${row.map((b) => (b > 31 && b < 127 ? String.fromCharCode(b) : '.')).join('')}`);
  }
  if (data.length > 512) lines.push(`… and ${bytes(data.length - 512)} more`);
  return { size: data.length, text: lines.join('\n') };
}

const plain = (text) => h('pre', { class: 'code code-wrap', tabindex: 0, 'aria-label': 'Text' }, h('code', {}, text.slice(0, MOST)), text.length > MOST && h('span', { class: 'muted' }, `\n… the first ${bytes(MOST)} of ${bytes(text.length)} are shown`));

/** The section of a body with its kind, size and buttons. */
export function bodySection(title, body, headers) {
  const heading = (note, ...actions) => h('div', { class: 'section-head' }, h('h3', {}, title), h('span', { class: 'muted' }, note), h('span', { class: 'grow' }), actions);
  if (body.base64 !== undefined) {
    const { size, text } = dump(body.base64);
    return h('section', { class: 'panel-section' }, heading(`${bytes(size)}, not UTF-8: shown as hex`, copyButton(body.base64, 'Copy as Base64', { compact: true })), plain(text));
  }
  const { text } = body;
  if (text === '') return h('section', { class: 'panel-section' }, heading('empty'));
  const type = typeOf(headers);
  const fields = fieldsOf(text, type);
  const json = !fields && text.length <= MOST && isJson(text);
  const kind = json ? 'JSON' : fields ? (/^multipart/i.test(type) ? 'multipart form' : 'form') : (type.split(';')[0] || 'text');
  const holder = h('div', {});
  const decoded = () => (json ? jsonBlock(text) : fields ? table(fields) : plain(text));
  let raw = false;
  const toggle = (json || fields) && button('As sent', { class: 'button button-small', 'aria-pressed': 'false' });
  toggle?.addEventListener?.('click', () => {
    raw = !raw;
    toggle.setAttribute('aria-pressed', raw);
    fill(holder, raw ? plain(text) : decoded());
  });
  fill(holder, decoded());
  return h('section', { class: 'panel-section' }, heading(`${kind}, ${bytes(sizeOf(text))}`, toggle, copyButton(() => (json && !raw ? pretty(text) : text), `Copy: ${title.toLowerCase()}`, { compact: true })), holder);
}

export const headersTable = (headers) => h('table', { class: 'pairs' }, h('tbody', {}, headers.map(([name, value]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value)))));
