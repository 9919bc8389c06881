// A dialog in which JSON is edited and sent. Mistakes are shown under the text.
import { h, button } from './dom.js';
import { ApiError } from './api.js';
import { dialog, field, fieldError, run } from './ui.js';

/** Where JSON breaks, as a sentence. */
function syntaxError(text, error) {
  const at = /position (\d+)/.exec(error.message)?.[1];
  if (at === undefined) return `This is not JSON: ${error.message}`;
  const before = text.slice(0, Number(at)).split('\n');
  return `This is not JSON: line ${before.length}, column ${before.at(-1).length + 1}.`;
}

/** Marks the line that a JSON Pointer names, or the nearest place around it. The text is indented as this dialog wrote it. */
function mark(area, path) {
  const lines = area.value.split('\n');
  let line = 0;
  for (const [at, part] of path.entries()) {
    const indent = '  '.repeat(at + 1);
    const closing = '  '.repeat(at);
    let left = Number(part);
    let next = line + 1;
    while (next < lines.length) {
      const text = lines[next];
      if (/^[}\]]/.test(text.slice(closing.length)) && text.startsWith(closing)) { next = lines.length; break; }
      const inside = text.startsWith(indent) && !/^[\s}\]]/.test(text.slice(indent.length));
      if (inside && (text.startsWith(`${indent}${JSON.stringify(part)}:`) || (/^\d+$/.test(part) && left-- === 0))) break;
      next += 1;
    }
    if (next >= lines.length) break;
    line = next;
  }
  const start = lines.slice(0, line).join('\n').length + (line ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + lines[line].length);
  area.scrollTop = Math.max(0, line - 4) * 19;
}

/** `save(value)` sends the value; the dialog closes when it has worked. */
export function editJson({ title, about, value, saveText, save }) {
  const area = h('textarea', { class: 'json-edit mono', spellcheck: 'false', rows: 22, test: 'json-edit' });
  area.value = JSON.stringify(value, null, 2);
  const holder = field('JSON', area, { hint: about, wide: true });
  const go = button(saveText, { class: 'button button-primary', test: 'json-save' });
  const box = dialog(title, holder, [button('Cancel', { onclick: () => box.close() }), go], { class: 'dialog dialog-wide', 'data-test': 'json-dialog' });
  go.addEventListener('click', () => run(go, async () => {
    fieldError(holder);
    let given;
    try {
      given = JSON.parse(area.value);
    } catch (error) {
      fieldError(holder, new ApiError({ detail: syntaxError(area.value, error) }, 0));
      return;
    }
    try {
      await save(given);
      box.close();
    } catch (error) {
      const place = error.pointer ? `${error.pointer}: ` : '';
      fieldError(holder, { message: `${place}${error.message}`, hint: error.hint });
      if (error.path?.length) mark(area, error.path);
    }
  }));
  area.focus();
  area.setSelectionRange(0, 0);
}
