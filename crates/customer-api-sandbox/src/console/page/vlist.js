// A list of which only the visible rows are in the page.
import { h } from './dom.js';

export class VirtualList {
  /** `key(item)` names an item; `render(item, index)` makes its row. Rows are made again when the item is another object. */
  constructor({ rowHeight, headHeight = 0, key, render, over = 6, ...props }) {
    Object.assign(this, { rowHeight, headHeight, key, render, over });
    this.items = [];
    this.made = new Map();
    this.range = '';
    this.window = h('div', { class: 'vlist-window', role: 'rowgroup' });
    this.space = h('div', { class: 'vlist-space', role: 'presentation' }, this.window);
    this.element = h('div', { class: 'vlist', tabindex: 0, ...props }, this.space);
    this.frame = 0;
    this.element.addEventListener('scroll', () => {
      if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); });
    }, { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  /** Sets the items. Away from the top, the rows that are seen stay where they are. */
  setItems(items) {
    const { scrollTop } = this.element;
    const anchor = scrollTop > this.rowHeight / 2 ? this.items[Math.floor(scrollTop / this.rowHeight)] : undefined;
    const from = Math.floor(scrollTop / this.rowHeight);
    this.items = items;
    this.space.style.height = `${items.length * this.rowHeight}px`;
    if (anchor) {
      const id = this.key(anchor);
      const now = items.findIndex((item) => this.key(item) === id);
      if (now >= 0 && now !== from) this.element.scrollTop = scrollTop + (now - from) * this.rowHeight;
    }
    this.draw(true);
  }

  draw(force = false) {
    const { clientHeight, scrollTop } = this.element;
    if (clientHeight === 0) return;
    // In steps of four rows, so that a slow scroll seldom changes the page.
    const step = (index) => Math.floor(index / 4) * 4;
    const first = Math.max(0, step(Math.floor(scrollTop / this.rowHeight) - this.over));
    const last = Math.min(this.items.length, step(Math.ceil((scrollTop + clientHeight) / this.rowHeight) + this.over) + 4);
    const range = `${first}-${last}`;
    if (!force && range === this.range) return;
    this.range = range;
    const made = new Map();
    const rows = [];
    for (let index = first; index < last; index += 1) {
      const item = this.items[index];
      const id = this.key(item);
      let entry = this.made.get(id);
      if (!entry || entry.item !== item) entry = { item, row: this.render(item, index) };
      entry.row.setAttribute('aria-rowindex', index + 2);
      made.set(id, entry);
      rows.push(entry.row);
    }
    this.made = made;
    this.window.style.transform = `translateY(${first * this.rowHeight}px)`;
    this.place(rows);
  }

  /** Puts the rows into the page, and touches only those that are new or gone. */
  place(rows) {
    const stay = new Set(rows);
    for (const row of [...this.window.children]) if (!stay.has(row)) row.remove();
    let next = this.window.firstChild;
    for (const row of rows) {
      if (row === next) next = next.nextSibling;
      else this.window.insertBefore(row, next);
    }
  }

  /** Scrolls so far that the row is seen. */
  show(index) {
    const top = index * this.rowHeight;
    const { scrollTop } = this.element;
    const clientHeight = this.element.clientHeight - this.headHeight;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (top + this.rowHeight > scrollTop + clientHeight) this.element.scrollTop = top + this.rowHeight - clientHeight;
    this.draw();
  }
}
