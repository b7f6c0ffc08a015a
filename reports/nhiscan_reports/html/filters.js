// Filters over a table: what is chosen stands in the address, so that a view can be sent to somebody.

class Filters {
  // fields: [{key, label, options: [[value, text]]}]; without options it is the text to search for
  constructor(place, { view, fields, onChange }) {
    this.view = view;
    this.fields = fields;
    this.onChange = onChange;
    this.state = {};
    this.inputs = new Map();
    this.count = make('p', { class: 'count', role: 'status', 'aria-live': 'polite' });
    const clear = make('button', { type: 'button', class: 'quiet', on: { click: () => this.clear() } }, 'Clear');
    fill(place, fields.map((field) => this.field(field)), clear, this.count);
  }

  field(field) {
    const id = `${this.view}-${field.key}`;
    const input = field.options
      ? make('select', { id }, make('option', { value: '' }, 'All'), field.options.map(([value, text]) => make('option', { value }, text)))
      : make('input', { id, type: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: field.placeholder });
    let waiting;
    input.addEventListener(field.options ? 'change' : 'input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.set(field.key, input.value), field.options ? 0 : 120);
    });
    this.inputs.set(field.key, input);
    return make('div', { class: field.options ? 'field' : 'field text' }, make('label', { for: id }, field.label), input);
  }

  read(parameters) {
    // Take the state from the address. A value that no option has stays, and is shown as one.
    this.state = Object.fromEntries(parameters);
    for (const [key, input] of this.inputs) {
      const value = this.state[key] || '';
      if (input.tagName === 'SELECT' && ![...input.options].some((option) => option.value === value)) {
        input.append(make('option', { value }, value));
      }
      input.value = value;
    }
    this.onChange(this.state);
  }

  set(key, value) {
    if (value) this.state[key] = value;
    else delete this.state[key];
    this.write();
  }

  clear() {
    for (const field of this.fields) delete this.state[field.key];
    this.write();
  }

  write() {
    const query = String(new URLSearchParams(this.state));
    history.replaceState(null, '', `#/${this.view}${query ? `?${query}` : ''}`);
    this.read(new URLSearchParams(query));
  }

  sort(key, first) {
    // A press on the column that is sorted by turns it round; `first` is the way round that a column begins with.
    const same = this.state.sort === key;
    const descending = same ? this.state.way !== 'down' : first;
    this.state.sort = key;
    if (descending) this.state.way = 'down';
    else delete this.state.way;
    this.write();
  }
}

function distinct(values, text) {
  // Options for the values of a column, the commonest first.
  const counts = new Map();
  for (const value of values) if (value !== '') counts.set(value, (counts.get(value) || 0) + 1);
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return ranked.slice(0, 500).map(([value, count]) => [value, `${text ? text(value) : value} (${number(count)})`]);
}

function searched(rows, query, haystack) {
  // Rows that hold every word of the query.
  const parts = query.toLocaleLowerCase('en').split(/\s+/).filter(Boolean);
  return parts.length ? rows.filter((row) => parts.every((part) => haystack(row).includes(part))) : rows;
}
