// The table of findings.

function findingColumns(names, f, identityOf) {
  const two = (above, below) => [make('span', { class: 'line' }, above), make('span', { class: 'line quiet' }, below)];
  const subjectName = (row) => (typeof f.subject[row] === 'number' ? names.name(f.subject[row]) : f.subject[row]);
  return [
    { key: 'severity', title: 'Severity', name: 'w-severity', order: (row) => SEVERITY_ORDER.length - SEVERITY_ORDER.indexOf(f.severity[row]),
      cell: (row) => two(severity(f.severity[row]), `${spaced(f.confidence[row])} confidence`) },
    { key: 'title', title: 'Finding', name: 'w-title', head: true, order: (row) => f.title[row],
      cell: (row) => two(make('a', { href: `#/finding/${encodeURIComponent(wellFormed(f.fingerprint[row]))}` }, f.title[row]), f.evidence[row][0]) },
    { key: 'subject', title: 'What it is about', name: 'w-subject', order: (row) => subjectName(row).toLocaleLowerCase('en'),
      cell: (row) => {
        const subject = f.subject[row];
        const type = typeof subject === 'number' ? names.type(subject) : 'other';
        return two(linked(names, subject), type === 'identity' ? spaced(names.kind(subject)) : word('nodes', type));
      } },
    { key: 'class', title: 'Class', name: 'w-class', order: (row) => (identityOf(row) >= 0 ? names.identities.class[identityOf(row)] : ''),
      cell: (row) => (identityOf(row) >= 0 ? two(classMark(names.identities.class[identityOf(row)]), '') : '') },
    { key: 'scope', title: 'Scope', name: 'w-scope', order: (row) => (typeof f.subject[row] === 'number' ? names.scopeName(f.subject[row]) : ''),
      cell: (row) => (typeof f.subject[row] === 'number' ? two(names.scopeName(f.subject[row]), names.provider(f.subject[row])) : '') },
  ];
}

let findingView;

async function showFindings(parameters) {
  findingView ??= buildFindings();
  (await findingView).read(parameters);
}

async function buildFindings() {
  const [names_, f] = await Promise.all([names(), table('findings')]);
  const t = names_.identities;
  const all = (f.rule || []).map((_, row) => row);
  // The identity that a finding is on, or that holds the credential that it is on; -1 where there is none.
  const identityOf = (row) => {
    const subject = f.subject[row];
    const holder = typeof subject === 'number' ? names_.holder(subject) : -1;
    return holder >= 0 && names_.isIdentity(holder) ? holder : -1;
  };
  const onIdentity = (row, test) => identityOf(row) >= 0 && test(identityOf(row));
  const tests = {
    severity: (row, value) => f.severity[row] === value,
    rule: (row, value) => f.rule[row] === value,
    class: (row, value) => onIdentity(row, (identity) => IDENTITY_TESTS.class(t, identity, value)),
    provider: (row, value) => typeof f.subject[row] === 'number' && names_.provider(f.subject[row]) === value,
    scope: (row, value) => typeof f.subject[row] === 'number' && names_.scopeName(f.subject[row]) === value,
    admin: (row, value) => onIdentity(row, (identity) => t.admin[identity] === value),
  };
  const ofSubjects = (pick) => all.map((row) => (typeof f.subject[row] === 'number' ? pick(f.subject[row]) : ''));
  const titles = new Map(all.map((row) => [f.rule[row], f.title[row]]));
  const columns = findingColumns(names_, f, identityOf);
  const view = document.getElementById('view-findings');
  const texts = [];
  const haystack = (row) => (texts[row] ??= [f.title[row], f.rule[row], ...f.evidence[row], ...f.controls[row],
    typeof f.subject[row] === 'number' ? `${names_.name(f.subject[row])} ${names_.id(f.subject[row])}` : f.subject[row]].join(' ').toLocaleLowerCase('en'));
  const filters = new Filters(view.querySelector('.filters'), {
    view: 'findings',
    fields: [
      { key: 'q', label: 'Search', placeholder: 'Finding, evidence, subject, control' },
      { key: 'severity', label: 'Severity', options: Object.entries(words.severities) },
      { key: 'rule', label: 'Rule', options: distinct(f.rule || [], (rule) => titles.get(rule)) },
      { key: 'class', label: 'Class', options: [['nonhuman', 'Not known to be people'], ...Object.entries(words.classes)] },
      { key: 'provider', label: 'Provider', options: distinct(ofSubjects(names_.provider)) },
      { key: 'scope', label: 'Scope', options: distinct(ofSubjects(names_.scopeName)) },
      { key: 'admin', label: 'Administrator', options: Object.entries(words.admin) },
    ],
    onChange: (state) => {
      let rows = all;
      for (const [key, test] of Object.entries(tests)) if (state[key]) rows = rows.filter((row) => test(row, state[key]));
      rows = searched(rows, state.q || '', haystack);
      const column = columns.find(({ key }) => key === state.sort);
      grid.show(column ? sortRows(rows, column.order, state.way === 'down') : rows, column?.key, state.way === 'down');
      filters.count.textContent = `${number(rows.length)} of ${counted(all.length, 'finding')}`;
    },
  });
  const grid = new Grid(view.querySelector('.grid'), {
    caption: 'Findings',
    columns,
    empty: all.length ? 'No finding fits these filters.' : 'No rule found anything in what could be seen.',
    onSort: (key) => filters.sort(key, key === 'severity'),
  });
  return filters;
}
