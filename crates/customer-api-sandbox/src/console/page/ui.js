// Parts that several views use: toasts, dialogs, copying, badges, empty states.
import { h, fill, button, icon } from './dom.js';
import { PROVIDERS, statusClass } from './format.js';

/** A short message at the bottom. `kind` is ok or error. */
export function toast(text, kind = 'ok') {
  const element = h('div', { class: `toast toast-${kind}`, test: 'toast' }, icon(kind === 'error' ? 'warn' : 'check'), h('span', { class: 'toast-text' }, text),
    h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close this message', onclick: () => element.remove() }, icon('close', 14)));
  const list = document.getElementById('toasts');
  list.append(element);
  // Above a dialog, too: the popover that was shown last is on top.
  if (list.showPopover) {
    if (list.matches(':popover-open')) list.hidePopover();
    list.showPopover();
  }
  while (list.children.length > 4) list.firstChild.remove();
  let timer = 0;
  const arm = () => { clearTimeout(timer); timer = setTimeout(() => element.remove(), kind === 'error' ? 9000 : 6000); };
  element.addEventListener('pointerenter', () => clearTimeout(timer));
  element.addEventListener('pointerleave', arm);
  arm();
}

export const failed = (error) => toast([error.message, error.hint].filter(Boolean).join(' '), 'error');

/** Runs an action of a button: disabled meanwhile, errors as a toast. */
export async function run(element, action) {
  if (element.getAttribute('aria-busy') === 'true') return undefined;
  element.setAttribute('aria-busy', 'true');
  try {
    return await action();
  } catch (error) {
    failed(error);
    return undefined;
  } finally {
    element.removeAttribute('aria-busy');
  }
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without the permission, or on a page that is not secure (a container's address): the old way.
    const area = h('textarea', { class: 'offscreen', 'aria-hidden': 'true' });
    area.value = text;
    (document.querySelector('dialog[open]') || document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    if (!done) throw new Error('The browser did not allow copying.');
  }
}

/** A button that copies. `text` is a text or a function that returns one. */
export function copyButton(text, label, { compact = false, ...props } = {}) {
  const element = button(compact ? '' : label, { class: compact ? 'icon-button' : 'button', 'aria-label': compact ? label : undefined, title: compact ? label : undefined, ...props }, 'copy');
  element.addEventListener('click', async () => {
    try {
      await write(typeof text === 'function' ? text() : text);
    } catch (error) {
      failed(error);
      return;
    }
    element.replaceChild(icon('check'), element.firstChild);
    element.classList.add('done');
    if (compact) element.setAttribute('aria-label', 'Copied');
    setTimeout(() => {
      element.replaceChild(icon('copy'), element.firstChild);
      element.classList.remove('done');
      if (compact) element.setAttribute('aria-label', label);
    }, 1400);
  });
  return element;
}

/** A line of code with a copy button. */
export const codeLine = (text) => h('div', { class: 'code-line' }, h('code', {}, text), copyButton(text, 'Copy this line', { compact: true }));

export const provider = (name) => h('span', { class: 'provider', data: { provider: name } }, h('span', { class: 'provider-dot', 'aria-hidden': 'true' }), h('span', {}, PROVIDERS[name] || name));

export const status = (value) => h('span', { class: `status status-${statusClass(value)}` }, value === null || value === undefined ? 'none' : value);

export const badge = (text, kind = '', iconName = null) => h('span', { class: `badge ${kind && `badge-${kind}`}` }, iconName && icon(iconName, 13), h('span', { class: 'badge-text' }, text));

/** What a view shows when it has nothing: why, and what to do. */
export const empty = (title, text, ...more) => h('div', { class: 'empty' }, h('div', { class: 'empty-icon' }, icon('empty', 28)), h('h3', {}, title), h('p', {}, text), more);

/** A modal dialog. Returns the element; it goes when it closes. */
export function dialog(title, body, actions, props = {}) {
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const element = h('dialog', { class: 'dialog', 'aria-labelledby': id, ...props },
    h('div', { class: 'dialog-head' }, h('h2', { id }, title), h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close', onclick: () => element.close() }, icon('close'))),
    h('div', { class: 'dialog-body' }, body), actions && h('div', { class: 'dialog-foot' }, actions));
  element.addEventListener('close', () => element.remove());
  element.addEventListener('pointerdown', (event) => { if (event.target === element) element.close(); });
  document.body.append(element);
  element.showModal();
  return element;
}

/** Asks before something is lost. `action` runs on yes; the dialog stays open if it fails. */
export function confirm(title, text, yes, action) {
  const go = button(yes, { class: 'button button-danger', test: 'confirm-yes' });
  const box = dialog(title, h('p', {}, text), [button('Cancel', { onclick: () => box.close() }), go], { class: 'dialog dialog-small', 'data-test': 'confirm' });
  go.addEventListener('click', () => run(go, async () => { await action(); box.close(); }));
  go.focus();
}

/** Shows an error under a field, and marks the field. Without an error, clears it. */
export function fieldError(field, error) {
  const box = field.querySelector('.field-error');
  const control = field.querySelector('input, select, textarea');
  if (!error) {
    box.hidden = true;
    control?.removeAttribute('aria-invalid');
    return;
  }
  fill(box, icon('warn', 14), h('span', {}, [error.message, error.hint].filter(Boolean).join(' ')));
  box.hidden = false;
  control?.setAttribute('aria-invalid', 'true');
}

let fieldNumber = 0;
/** A labelled control with room for a hint and an error. */
export function field(label, control, { hint, name, wide } = {}) {
  fieldNumber += 1;
  control.id ||= `field-${fieldNumber}`;
  const hintId = `${control.id}-hint`;
  control.setAttribute('aria-describedby', `${hint ? `${hintId} ` : ''}${control.id}-error`);
  return h('div', { class: `field ${wide ? 'field-wide' : ''}`, data: name ? { field: name } : {} }, h('label', { for: control.id }, label), control,
    hint && h('p', { class: 'hint', id: hintId }, hint), h('p', { class: 'field-error', id: `${control.id}-error`, role: 'alert', hidden: true }));
}

export const select = (options, props = {}) => h('select', props, options.map(([value, text]) => h('option', { value }, text)));
