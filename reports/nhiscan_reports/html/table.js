// A table of any length: only the rows in sight are in the document.

const ROW_HEIGHT = 52;
const SPARE_ROWS = 8;

class Grid {
  // columns: [{key, title, head, cell(row) -> children, order(row) -> value to sort by, name (class)}]
  constructor(place, { caption, columns, empty, onSort }) {
    this.columns = columns;
    this.rows = [];
    this.empty = empty;
    this.onSort = onSort;
    this.body = make('tbody');
    this.heads = new Map();
    const head = make('tr', { 'aria-rowindex': 1 }, columns.map((column) => this.head(column)));
    this.table = make('table', { class: 'rows' }, make('caption', { class: 'hidden' }, caption), make('thead', {}, head), this.body);
    this.scroller = make('div', { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': caption }, this.table);
    this.note = make('p', { class: 'print-note' });
    fill(place, this.scroller, this.note);
    this.drawn = [0, 0];
    let waiting = false;
    this.scroller.addEventListener('scroll', () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        this.render();
      });
    });
    new ResizeObserver(() => this.render()).observe(this.scroller);
    this.body.addEventListener('keydown', (event) => this.key(event));
    this.body.addEventListener('click', (event) => this.click(event));
  }

  head(column) {
    const press = { click: () => this.onSort(column.key) };
    const cell = make('th', { scope: 'col', class: column.name }, make('button', { type: 'button', on: press }, column.title));
    this.heads.set(column.key, cell);
    return cell;
  }

  show(rows, sort, descending) {
    this.rows = rows;
    for (const [key, cell] of this.heads) {
      if (key === sort) cell.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      else cell.removeAttribute('aria-sort');
    }
    this.table.setAttribute('aria-rowcount', rows.length + 1);
    this.scroller.scrollTop = 0;
    this.note.textContent = `${counted(rows.length, 'row')} on the screen's page; print shows the first ones. The CSV reports hold all of them.`;
    this.render(true);
  }

  render(anew) {
    const height = this.scroller.clientHeight || 600;
    const top = Math.max(0, Math.floor(this.scroller.scrollTop / ROW_HEIGHT) - SPARE_ROWS);
    const end = Math.min(this.rows.length, top + Math.ceil(height / ROW_HEIGHT) + 2 * SPARE_ROWS);
    if (!anew && top === this.drawn[0] && end === this.drawn[1]) return;
    this.drawn = [top, end];
    const focused = this.body.contains(document.activeElement) ? document.activeElement.closest('tr')?.dataset.at : undefined;
    const rows = [];
    for (let at = top; at < end; at += 1) rows.push(this.row(at));
    if (!this.rows.length) rows.push(make('tr', {}, make('td', { colspan: this.columns.length, class: 'none' }, this.empty)));
    fill(this.body, this.spacer(top), rows, this.spacer(this.rows.length - end));
    if (focused !== undefined) this.body.querySelector(`tr[data-at="${Number(focused)}"] a`)?.focus({ preventScroll: true });
  }

  row(at) {
    const row = this.rows[at];
    const cells = this.columns.map((column) =>
      make(column.head ? 'th' : 'td', { scope: column.head ? 'row' : undefined, class: column.name }, column.cell(row)));
    return make('tr', { 'data-at': at, 'aria-rowindex': at + 2 }, cells);
  }

  spacer(rows) {
    const row = make('tr', { class: 'spacer', 'aria-hidden': 'true' }, make('td', { colspan: this.columns.length }));
    row.firstChild.style.height = `${Math.max(rows, 0) * ROW_HEIGHT}px`;
    return row;
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest('tr[data-at]');
    if (!step || !row) return;
    event.preventDefault();
    const at = Math.min(Math.max(Number(row.dataset.at) + step, 0), this.rows.length - 1);
    const above = at * ROW_HEIGHT;
    const view = this.scroller.clientHeight - 2 * ROW_HEIGHT;
    if (above < this.scroller.scrollTop) this.scroller.scrollTop = above;
    else if (above > this.scroller.scrollTop + view) this.scroller.scrollTop = above - view;
    this.render();
    this.body.querySelector(`tr[data-at="${at}"] a`)?.focus({ preventScroll: true });
  }

  click(event) {
    // The whole row opens what its first link opens, unless somebody marks text or uses another link.
    if (event.target.closest('a') || String(getSelection())) return;
    event.target.closest('tr[data-at]')?.querySelector('a')?.click();
  }
}

function sortRows(rows, order, descending) {
  // Stable, and what has no value stands last whichever way round.
  const keyed = rows.map((row, place) => [order(row), place, row]);
  const sign = descending ? -1 : 1;
  keyed.sort(([a, m], [b, n]) => {
    const blank = (a === '' || a === undefined) - (b === '' || b === undefined);
    if (blank) return blank;
    return a < b ? -sign : a > b ? sign : m - n;
  });
  return keyed.map(([, , row]) => row);
}
