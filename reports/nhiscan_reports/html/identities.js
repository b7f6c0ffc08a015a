// The table of identities.

const ADMIN_ORDER = ['is', 'can_become', 'conditional', 'unknown', 'latent', 'no'];

function identityColumns(names) {
  const t = names.identities;
  const two = (above, below) => [make('span', { class: 'line' }, above), make('span', { class: 'line quiet' }, below)];
  return [
    { key: 'name', title: 'Identity', name: 'w-name', head: true, order: (row) => names.name(row).toLocaleLowerCase('en'),
      cell: (row) => two(make('a', { href: address(names, row), title: t.id[row] }, names.name(row)), spaced(t.kind[row])) },
    { key: 'class', title: 'Class', name: 'w-class', order: (row) => t.class[row],
      cell: (row) => two(classMark(t.class[row]), t.class[row] !== 'unknown' ? `${Math.round(100 * t.confidence[row])} % sure`
        : t.leaning[row] ? `leans to ${word('classes', t.leaning[row])}` : 'nothing to go by') },
    { key: 'scope', title: 'Scope', name: 'w-scope', order: (row) => t.scopeName[row],
      cell: (row) => two(t.scopeName[row], [t.provider[row], t.environment[row]].filter(Boolean).join(', ')) },
    { key: 'owner', title: 'Owner', name: 'w-owner', order: (row) => t.owner[row],
      cell: (row) => two(t.owner[row] || (t.owned[row] === 'unknown' ? 'not known' : t.managed[row] ? 'the provider' : make('span', { class: 'attention' }, 'nobody')),
        t.owner[row] && t.owned[row] === 'no' ? make('span', { class: 'attention' }, 'has left') : t.owners[row] > 1 ? `and ${number(t.owners[row] - 1)} more` : '') },
    { key: 'admin', title: 'Administrator', name: 'w-admin', order: (row) => ADMIN_ORDER.indexOf(t.admin[row]),
      cell: (row) => two(make('span', { class: `admin a-${t.admin[row]}` }, word('admin', t.admin[row])), '') },
    { key: 'used', title: 'Last used', name: 'w-used', order: (row) => (t.lastUse[row] === 'never' ? '0' : t.usedAt[row]),
      cell: (row) => (t.lastUse[row] === 'used' ? two(t.usedAt[row], ago(t.usedAt[row])) : two(t.lastUse[row] === 'never' ? 'never' : 'not known', '')) },
    { key: 'findings', title: 'Findings', name: 'w-findings',
      order: (row) => (t.worst[row] ? (SEVERITY_ORDER.length - SEVERITY_ORDER.indexOf(t.worst[row])) * 1e6 + t.findings[row] : 0),
      cell: (row) => two(t.worst[row] ? severity(t.worst[row]) : make('span', { class: 'quiet' }, 'none'),
        [t.findings[row] > 1 && `${number(t.findings[row])} in all`, t.unjudged[row] && `${number(t.unjudged[row])} not judged`].filter(Boolean).join(', ')) },
    { key: 'risk', title: 'Risk', name: 'w-risk number', order: (row) => t.risk[row], cell: (row) => riskBar(t.risk[row]) },
  ];
}

function riskBar(score) {
  const bar = make('span', { class: 'risk-bar', 'aria-hidden': 'true' }, make('span'));
  bar.firstChild.style.width = `${Math.min(Math.max(Number(score) || 0, 0), 100)}%`;
  return [make('span', { class: 'score' }, score), bar];
}

const IDENTITY_TESTS = {
  class: (t, row, value) => (value === 'nonhuman' ? t.class[row] !== 'human' : t.class[row] === value),
  provider: (t, row, value) => t.provider[row] === value,
  scope: (t, row, value) => t.scope[row] === value,
  admin: (t, row, value) => t.admin[row] === value,
  owner: (t, row, value) => t.owned[row] === value,
  severity: (t, row, value) => (value === 'none' ? !t.worst[row] : t.worst[row] === value),
  secrets: (t, row) => t.longLived[row] > 0,
  managed: (t, row, value) => t.managed[row] === (value === 'yes'),
};

const scopeNames = new Map(manifest.scopes);

function scopeOptions(scopes) {
  return distinct(scopes, (id) => scopeNames.get(id) || id);
}

let identityView;

async function showIdentities(parameters) {
  identityView ??= buildIdentities();
  (await identityView).read(parameters);
}

async function buildIdentities() {
  const names_ = await names();
  const t = names_.identities;
  const all = (t.id || []).map((_, row) => row);
  const columns = identityColumns(names_);
  const view = document.getElementById('view-identities');
  const texts = [];
  const haystack = (row) => (texts[row] ??= [t.name[row], t.id[row], t.kind[row], t.scopeName[row], t.owner[row]].join(' ').toLocaleLowerCase('en'));
  const filters = new Filters(view.querySelector('.filters'), {
    view: 'identities',
    fields: [
      { key: 'q', label: 'Search', placeholder: 'Name, id, kind, scope, owner' },
      { key: 'class', label: 'Class', options: [['nonhuman', 'Not known to be people'], ...Object.entries(words.classes)] },
      { key: 'provider', label: 'Provider', options: distinct(t.provider || []) },
      { key: 'scope', label: 'Scope', options: scopeOptions(t.scope || []) },
      { key: 'admin', label: 'Administrator', options: Object.entries(words.admin) },
      { key: 'severity', label: 'Worst finding', options: [...Object.entries(words.severities), ['none', 'None']] },
      { key: 'owner', label: 'Owner', options: [['yes', 'Has one'], ['no', 'Nobody'], ['unknown', 'Not known']] },
      { key: 'secrets', label: 'Credentials', options: [['long-lived', 'Holds long-lived secrets']] },
      { key: 'managed', label: 'Made by', options: [['no', 'The company'], ['yes', 'The provider']] },
    ],
    onChange: (state) => {
      let rows = all;
      for (const [key, test] of Object.entries(IDENTITY_TESTS)) {
        if (state[key]) rows = rows.filter((row) => test(t, row, state[key]));
      }
      rows = searched(rows, state.q || '', haystack);
      const column = columns.find(({ key }) => key === state.sort) || columns.find(({ key }) => key === 'risk');
      const descending = state.sort ? state.way === 'down' : true;
      grid.show(sortRows(rows, column.order, descending), column.key, descending);
      filters.count.textContent = `${number(rows.length)} of ${counted(all.length, 'identity', 'identities')}`;
    },
  });
  const grid = new Grid(view.querySelector('.grid'), {
    caption: 'Identities',
    columns,
    empty: all.length ? 'No identity fits these filters.' : 'No identity was found.',
    onSort: (key) => filters.sort(key, ['risk', 'findings'].includes(key)),
  });
  return filters;
}
