// The page of one finding.

async function showFinding(fingerprint) {
  const view = document.querySelector('#view-finding .body');
  const [names_, f, rules] = await Promise.all([names(), table('findings'), table('rules')]);
  const row = (f.fingerprint || []).indexOf(fingerprint);
  if (row < 0) {
    fill(view, make('div', { class: 'title' }, make('h1', {}, 'Not in this report'),
      make('p', { class: 'lead' }, 'It was mended, or it is in another scan.')));
    return;
  }
  const rule = (rules.rule || []).indexOf(f.rule[row]);
  const section = (title, ...children) => make('section', { class: 'part' }, make('h2', {}, title), children);
  const list = (lines) => make('ul', { class: 'sentences' }, lines.map((line) => make('li', {}, line)));
  document.title = `${f.title[row]}, nhiscan`;
  fill(view,
    make('div', { class: 'title' },
      make('p', { class: 'kicker' }, make('a', { href: '#/findings' }, 'Findings'), ' / ', make('a', { href: `#/findings?${new URLSearchParams({ rule: f.rule[row] })}` }, spaced(f.rule[row]))),
      make('h1', {}, f.title[row]),
      make('p', { class: 'lead' }, severity(f.severity[row]), `, ${spaced(f.confidence[row])} confidence, on `, linked(names_, f.subject[row]))),
    section('Evidence', list(f.evidence[row])),
    rule >= 0 && rules.why[rule] && section('Why it matters', make('p', {}, rules.why[rule])),
    section('What to do', make('p', {}, f.remediation[row])),
    f.related[row].length > 0 && section('What else it involves', list(f.related[row].slice(0, 100).map((place) => linked(names_, place)))),
    f.controls[row].length > 0 && section('Controls', make('p', { class: 'codes' }, f.controls[row].map((control) => [make('code', {}, control), ' ']))),
    rule >= 0 && rules.references[rule].length > 0 && section('Read more', list(rules.references[rule].map(outside))),
    make('p', { class: 'quiet' }, 'Fingerprint ', make('code', {}, f.fingerprint[row])));
}
