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

/** The line of a JSON Pointer in the text that the dialog wrote itself (two spaces an indent). */
function mark(area, path) {
  const lines = area.value.split('\n');
  let from = 0;
  let depth = 1;
  for (const part of path) {
    const indent = '  '.repeat(depth);
    if (/^\d+$/.test(part)) {
      let left = Number(part);
      while (from < lines.length && !(lines[from].startsWith(indent) && /^[{["\dtfn-]/.test(lines[from].slice(indent.length)) && left-- === 0)) from += 1;
    } else while (from < lines.length && !lines[from].startsWith(`${indent}${JSON.stringify(part)}:`)) from += 1;
    if (from >= lines.length) return;
    depth += 1;
    if (part !== path.at(-1)) from += 1;
  }
  const start = lines.slice(0, from).join('\n').length + (from ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + lines[from].length);
  area.scrollTop = Math.max(0, from - 4) * 19;
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
      const place = error.pointer ? ` (at ${error.pointer})` : '';
      fieldError(holder, { message: `${error.message}${place}`, hint: error.hint });
      if (error.path?.length) mark(area, error.path);
    }
  }));
  area.focus();
  area.setSelectionRange(0, 0);
}
