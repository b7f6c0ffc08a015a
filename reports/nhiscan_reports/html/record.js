// The page of one record: what it is, why we believe it, what it can do, who can become it, what is wrong, what is not known.

async function showRecord(id) {
  const view = document.querySelector('#view-record .body');
  const asked = location.hash;
  const [names_, findings, gaps, rules] = await Promise.all([names(), table('findings'), table('gaps'), table('rules')]);
  const place = names_.numbers.get(id);
  if (place === undefined) {
    fill(view, make('div', { class: 'title' }, make('h1', {}, 'Not in this report'),
      make('p', { class: 'lead' }, `Nothing in this report has the id ${id}.`)));
    return;
  }
  const found = await entry(place);
  // Somebody may have gone on to another record while this one was opened.
  if (location.hash !== asked) return;
  const page = new RecordPage(names_, place, found, findings, gaps, rules);
  document.title = `${names_.name(place)}, nhiscan`;
  fill(view, page.content());
  page.drawGraph();
}

class RecordPage {
  constructor(names, place, found, findings, gaps, rules) {
    this.names = names;
    this.place = place;
    this.found = found;
    this.record = found.record || {};
    this.findings = findings;
    this.gaps = gaps;
    this.rules = rules;
    this.isIdentity = found.type === 'identity';
  }

  content() {
    const sections = this.isIdentity
      ? [this.evidence(), this.owners(), this.capabilities(), this.becomes(), this.credentials()]
      : [this.record.owners && this.owners(), this.holder(), this.more()];
    return [this.title(), this.facts(), this.graph(), this.wrong(), this.unknown(), sections, this.connections()];
  }

  title() {
    const { names, place } = this;
    const type = names.type(place);
    const up = this.isIdentity ? ['identities', 'Identities'] : ['findings', 'Findings'];
    return make('div', { class: 'title' },
      make('p', { class: 'kicker' }, make('a', { href: `#/${up[0]}` }, up[1]), ' / ', names.scopeName(place) || word('nodes', type)),
      make('h1', {}, names.name(place)),
      make('p', { class: 'lead' }, [spaced(names.kind(place)) || word('nodes', type), names.provider(place)].filter(Boolean).join(', ')),
      make('p', { class: 'id' }, make('code', {}, names.id(place))));
  }

  facts() {
    const r = this.record;
    const facts = this.isIdentity ? this.identityFacts() : Object.entries({
      Kind: r.kind && spaced(r.kind),
      Scope: r.scope && (scopeNames.get(r.scope) || r.scope),
      Region: r.region,
      State: 'status' in r ? r.status || 'not known' : '',
      Agent: 'agent' in r ? (r.agent ? `yes${r.ai_platform ? `, of ${r.ai_platform}` : ''}` : 'no') : '',
      Model: r.model,
      'Open to the internet': 'public' in r ? (r.public === null ? 'not known' : r.public ? 'yes, without authorisation' : 'no') : '',
      Created: 'created_at' in r ? dated(r.created_at) : '',
      Rotated: r.rotated_at ? dated(r.rotated_at) : '',
      Expires: 'expires_at' in r ? (r.expires_at ? dated(r.expires_at) : r.lifetime === 'never_expires' ? 'never' : 'not known') : '',
      'Long-lived': 'long_lived' in r ? (r.long_lived ? 'yes, until somebody revokes it' : 'no') : '',
      'Last used': 'last_use' in r ? lastUse(r.last_use, r.last_used_at) : '',
      'Opens only': r.service,
      'AI provider': r.ai_provider,
      'Ends in': r.last4,
    });
    const shown = facts.filter(([, value]) => value !== '' && value !== undefined && value !== null);
    return shown.length > 0 && make('dl', { class: 'facts' }, shown.map(([title, value]) => make('div', {}, make('dt', {}, title), make('dd', {}, value))));
  }

  identityFacts() {
    const r = this.record;
    const sure = r.class === 'unknown' ? (r.leaning ? `leans to ${word('classes', r.leaning)}` : 'nothing to go by') : `${Math.round(100 * r.confidence)} % sure`;
    return [
      ['Class', [classMark(r.class), make('span', { class: 'quiet' }, ` ${sure}${r.mixed ? ', probably shared' : ''}`)]],
      ['Administrator', make('span', { class: `admin a-${r.admin}` }, word('admin', r.admin))],
      ['Risk', [make('b', {}, r.risk_score), ' of 100']],
      ['Scope', scopeNames.get(r.scope) || r.scope],
      ['Created', dated(r.created_at)],
      ['Last used', lastUse(r.last_use, r.last_used_at)],
      ['Switched on', r.enabled === null ? '' : r.enabled ? 'yes' : 'no'],
      ['Second factor', r.mfa === null ? (r.class === 'human' ? 'not known' : '') : r.mfa ? 'registered' : 'none'],
      ['Made by', r.managed_by_provider ? 'the provider, which also runs it' : ''],
      ['Description', r.description],
    ];
  }

  section(title, ...children) {
    return make('section', { class: 'part' }, make('h2', {}, title), children);
  }

  sentences(lines, none) {
    return lines.length ? make('ul', { class: 'sentences' }, lines.map((line) => make('li', {}, line))) : make('p', { class: 'quiet' }, none);
  }

  evidence() {
    const r = this.record;
    const side = (items, title) => items.length > 0 && make('div', {}, make('h3', {}, title), make('table', { class: 'plain evidence' },
      make('tbody', {}, items.map((item) => make('tr', {},
        make('td', { class: 'number', title: 'Weight, from 0 to 1' }, Math.abs(item.weight).toFixed(2)),
        make('td', {}, item.detail, make('br'), make('span', { class: 'quiet' }, [`${item.weight < 0 ? 'against' : 'for'} ${word('classes', item.class)}`, item.tier, item.signal, item.source].filter(Boolean).join(', '))))))));
    const by = (test) => r.evidence.filter(test).sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
    return this.section('Why we believe it',
      r.class === 'unknown' && make('p', {}, `What it is cannot be said${r.leaning ? `; most speaks for ${word('classes', r.leaning)}` : ''}.`, r.settle && ` ${r.settle}`),
      r.mixed && make('p', {}, 'Strong evidence speaks for two classes at once: it is probably shared.'),
      r.evidence.length ? make('div', { class: 'columns' }, side(by((item) => item.weight > 0), 'For'), side(by((item) => item.weight < 0), 'Against'), side(by((item) => item.weight === 0), 'Without weight'))
        : make('p', { class: 'quiet' }, 'There is no evidence at all.'));
  }

  owners() {
    const there = (exists) => (exists === null || exists === undefined ? 'may or may not still be there' : exists ? 'is still there' : 'is known to have left');
    const lines = (this.record.owners || []).map((o) => [make('b', {}, o.owner), ` (${o.kind}), by ${o.source || 'an unnamed source'}; ${there(o.exists)}`]);
    return this.section('Who answers for it', this.sentences(lines, this.record.managed_by_provider ? 'The provider.' : 'Nobody is named.'));
  }

  capabilities() {
    const r = this.record;
    const rows = r.capabilities.slice(0, 200).map((item) => make('tr', {},
      make('th', { scope: 'row' }, word('capabilities', item.capability)),
      make('td', {}, make('code', {}, item.resource)),
      make('td', {}, word('answers', item.answer), item.conditions.length > 0 && `: ${item.conditions.join(', ')}`),
      make('td', { class: 'quiet' }, item.reason)));
    return this.section('What it can do',
      make('p', {}, word('adminSentences', r.admin), r.admin_reason && ` ${r.admin_reason}.`),
      r.regions.length > 0 && make('p', {}, `Its policies let it act in ${r.regions.join(', ')} alone.`),
      r.usage && make('p', {}, `It used ${number(r.usage.used)} of the ${number(r.usage.granted)} services that it may use${r.usage.since ? ` since ${r.usage.since.slice(0, 10)}` : ''}.`,
        r.usage.unused.length > 0 && make('span', { class: 'quiet' }, ` Not used: ${r.usage.unused.slice(0, 40).join(', ')}${r.usage.unused.length > 40 ? ` and ${number(r.usage.unused.length - 40)} more` : ''}.`)),
      rows.length > 0 && make('div', { class: 'wide' }, make('table', { class: 'plain' }, make('thead', {}, make('tr', {}, ['It can', 'On', 'Answer', 'Because'].map((head) => make('th', { scope: 'col' }, head)))), make('tbody', {}, rows))),
      r.capabilities.length > 200 && make('p', { class: 'quiet' }, `And ${number(r.capabilities.length - 200)} more, in result.json.`));
  }

  becomes() {
    const into = this.found.in.filter(([, kind]) => ['can_become', 'trusted_by', 'assigned'].includes(kind));
    const out = this.found.out.filter(([, kind]) => ['can_become', 'assigned', 'member_of'].includes(kind));
    const runs = this.found.in.filter(([, kind]) => kind === 'runs_as');
    const told = ([other, , reason, answer, conditions, fix]) => [linked(this.names, other), ': ', reason, '. ',
      answer !== 'allowed' && make('span', { class: 'answer' }, word('answers', answer)), conditions.length > 0 && make('span', { class: 'quiet' }, ` Depends on ${conditions.join(', ')}.`),
      fix && make('span', { class: 'quiet' }, ` To break it: ${fix}.`)];
    const more = (shown, all) => all > shown && make('p', { class: 'quiet' }, `Only its ${number(shown)} weightiest connections were looked at, of ${number(all)}.`);
    return [
      this.section('Who can become it', this.sentences(into.map(told), 'Nobody that was seen.'), more(this.found.in.length, this.found.ins)),
      this.section('What runs as it', this.sentences(runs.map(told), 'Nothing that was seen.')),
      this.section('What it can become', this.sentences(out.map(told), 'Nothing that was seen.'), more(this.found.out.length, this.found.outs)),
    ];
  }

  credentials() {
    const place = make('div', {}, make('p', { class: 'quiet' }, this.found.credentials.length ? 'Opening…' : 'No credential was found.'));
    if (this.found.credentials.length) this.fillCredentials(place);
    return this.section('What it holds', place);
  }

  async fillCredentials(place) {
    const shown = this.found.credentials.slice(0, 100);
    const entries = await Promise.all(shown.map((credential) => entry(credential)));
    const rows = entries.map(({ record: c }, at) => make('tr', {},
      make('th', { scope: 'row' }, linked(this.names, shown[at]), make('br'), make('span', { class: 'quiet' }, spaced(c.kind))),
      make('td', {}, c.status || 'not known'),
      make('td', {}, c.long_lived ? make('span', { class: 'attention' }, 'long-lived') : 'no', c.expires_at ? `, expires ${day(c.expires_at)}` : c.lifetime === 'never_expires' ? ', never expires' : ''),
      make('td', {}, dated(c.created_at), c.rotated_at && `; changed ${day(c.rotated_at)}`),
      make('td', {}, lastUse(c.last_use, c.last_used_at), c.last_use_detail && make('span', { class: 'quiet' }, ` (${c.last_use_detail})`))));
    fill(place, make('div', { class: 'wide' }, make('table', { class: 'plain' }, make('thead', {}, make('tr', {}, ['Credential', 'State', 'Standing secret', 'Created', 'Last used'].map((head) => make('th', { scope: 'col' }, head)))), make('tbody', {}, rows))),
      this.found.credentials.length > shown.length && make('p', { class: 'quiet' }, `And ${number(this.found.credentials.length - shown.length)} more.`));
  }

  holder() {
    const holder = this.found.type === 'credential' ? this.names.holder(this.place) : -1;
    return holder >= 0 && this.section('Who holds it', make('p', {}, linked(this.names, holder)));
  }

  more() {
    const r = this.record;
    const where = (r.seen_in || []).map((id) => linked(this.names, this.names.numbers.get(id) ?? id));
    const as = (r.runs_as || []).map((id) => linked(this.names, this.names.numbers.get(id) ?? id));
    return [
      r.runs_as && this.section('What it runs as', this.sentences(as, 'No identity that was seen.')),
      where.length > 0 && this.section('Where it was seen in the open', this.sentences(where)),
      (r.variables || []).length > 0 && this.section('Names of its environment variables', make('p', { class: 'codes' }, r.variables.map((name) => [make('code', {}, name), ' ']))),
    ];
  }

  wrong() {
    const f = this.findings;
    const line = (row) => [severity(f.severity[row]), ' ', make('a', { href: `#/finding/${encodeURIComponent(wellFormed(f.fingerprint[row]))}` }, f.title[row]),
      f.subject[row] !== this.place && [', on ', linked(this.names, f.subject[row])], make('br'), make('span', { class: 'quiet' }, f.evidence[row].join('. '))];
    const related = this.found.related.filter((row) => !this.found.findings.includes(row));
    return [
      this.section('What is wrong with it', this.sentences(this.found.findings.slice(0, 200).map(line), 'No rule found anything.')),
      related.length > 0 && this.section('Findings that it is part of', this.sentences(related.map(line)),
        this.found.relateds > this.found.related.length && make('p', { class: 'quiet' }, `${number(this.found.relateds)} in all; ${number(this.found.related.length)} are shown.`)),
    ];
  }

  unknown() {
    const r = this.record;
    const g = this.gaps;
    const judged = (r.unknowns || []).map((item) => ['The rule ', make('code', {}, item.rule), ` could not judge it: ${item.why}.`]);
    const id = this.names.id(this.place);
    const scope = r.scope || id;
    const hidden = (g.scope || []).map((_, row) => row)
      .filter((row) => g.scope[row] === scope && (!g.subjects[row].length || g.subjects[row].includes(id)) && (!r.region || !g.region[row] || g.region[row] === r.region))
      .map((row) => [make('code', {}, g.operation[row]), g.region[row] && ` in ${g.region[row]}`, ` was not answered: ${word('gapReasons', g.reason[row])}`,
        g.permission[row] && [', ', make('code', {}, g.permission[row])], g.hides[row] && `. It hides ${g.hides[row]}`, '.']);
    const failed = (this.rules.failed || []).map((text, row) => text && ['The rule ', make('code', {}, this.rules.rule[row]), ` failed, so it judged nothing at all: ${text}`]).filter(Boolean);
    const lines = [...judged, ...hidden, ...failed];
    return this.section('What is not known', this.sentences(lines.slice(0, 100), 'Everything that was asked about it was answered.'),
      lines.length > 100 && make('p', { class: 'quiet' }, `And ${number(lines.length - 100)} more.`));
  }

  graph() {
    this.graphPlace = make('div', { class: 'graph-place' });
    this.side = make('aside', { class: 'graph-side', 'aria-live': 'polite', 'aria-label': 'The chosen node' });
    return make('section', { class: 'part' }, make('h2', {}, 'Its neighbourhood'),
      make('p', { class: 'quiet' }, 'Press a node to walk on from it, drag it to move it; hold Ctrl and turn the wheel to zoom.'),
      make('div', { class: 'graph-frame' }, this.graphPlace, this.side), this.legend());
  }

  legend() {
    return make('p', { class: 'graph-legend quiet' }, Object.keys(words.classes).map((key) => [classMark(key), ' ']),
      make('span', { class: 'class' }, make('span', { class: 'swatch thing', 'aria-hidden': 'true' }), 'Something else'), ' ',
      [['allowed', 'certain'], ['conditional', 'under conditions'], ['latent', 'latent'], ['unknown', 'not known']].map(([answer, text]) => [make('span', { class: 'class' }, make('span', { class: `dash d-${answer}`, 'aria-hidden': 'true' }), text), ' ']));
  }

  drawGraph() {
    new Graph(this.graphPlace, this.names, this.place, { onSelect: (place, edges) => this.chosen(place, edges) });
  }

  chosen(place, edges) {
    const type = this.names.type(place);
    fill(this.side,
      make('h3', {}, linked(this.names, place)),
      make('p', { class: 'quiet' }, type === 'identity' ? [classMark(this.names.identities.class[place]), ', ', spaced(this.names.kind(place))] : word('nodes', type)),
      make('ul', { class: 'sentences' }, edges.slice(0, 40).map((edge) => make('li', {}, edge.reason))),
      edges.length > 40 && make('p', { class: 'quiet' }, `And ${number(edges.length - 40)} more.`));
  }

  connections() {
    const r = this.record;
    const told = new Set(this.isIdentity ? ['can_become', 'trusted_by', 'runs_as', 'assigned', 'member_of', 'has_credential', 'owned_by'] : []);
    const lines = [...this.found.out, ...this.found.in].filter(([, kind]) => !told.has(kind)).map(([other, , reason]) => [linked(this.names, other), ': ', reason, '.']);
    const pairs = (title, values) => Object.keys(values || {}).length > 0 && this.section(title, make('dl', { class: 'pairs' }, Object.entries(values).map(([key, value]) => make('div', {}, make('dt', {}, key), make('dd', {}, value)))));
    return [
      lines.length > 0 && this.section(this.isIdentity ? 'What else it is connected to' : 'What it is connected to', this.sentences(lines.slice(0, 150)),
        this.found.outs + this.found.ins > this.found.out.length + this.found.in.length && make('p', { class: 'quiet' }, `${number(this.found.outs + this.found.ins)} connections in all.`)),
      pairs('Tags', r.tags),
      pairs('What the provider says', r.attributes),
    ];
  }
}
