// Prints JSON with indents and colours, token by token: large numbers and repeated names stay as they were sent.
import { h } from './dom.js';

const TOKEN = /"(?:\\.|[^"\\])*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/g;

export function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** `[kind, text]` pairs of valid JSON, with line breaks. */
function* pieces(text) {
  const tokens = text.match(TOKEN) || [];
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (token === '{' || token === '[') {
      if (next === '}' || next === ']') { yield ['', token + next]; at += 1; continue; }
      depth += 1;
      yield ['', token + line()];
    } else if (token === '}' || token === ']') {
      depth -= 1;
      yield ['', line() + token];
    } else if (token === ',') yield ['', `,${line()}`];
    else if (token === ':') yield ['', ': '];
    else if (token.startsWith('"')) yield [next === ':' ? 'name' : 'text', token];
    else yield [/^[tfn]/.test(token) ? 'word' : 'number', token];
  }
}

export const pretty = (text) => [...pieces(text)].map(([, piece]) => piece).join('');

export function jsonBlock(text) {
  const code = h('code', {});
  for (const [kind, piece] of pieces(text)) code.append(kind ? h('span', { class: `json-${kind}` }, piece) : piece);
  return h('pre', { class: 'code', tabindex: 0, 'aria-label': 'JSON' }, code);
}
