// Words, dates and small pieces that every view uses.

const words = manifest.words;
const SEVERITY_ORDER = Object.keys(words.severities);
const clock = Date.parse(`${manifest.clock}T00:00:00Z`);
const thousands = new Intl.NumberFormat('en');

function number(value) {
  return thousands.format(value);
}

function counted(value, noun, many) {
  return `${number(value)} ${value === 1 ? noun : many || `${noun}s`}`;
}

function word(list, key) {
  return Object.hasOwn(words[list], key) ? words[list][key] : String(key);
}

function spaced(key) {
  return String(key).replace(/[_-]/g, ' ');
}

function day(moment) {
  return moment ? String(moment).slice(0, 10) : '';
}

function ago(moment) {
  const days = Math.round((clock - Date.parse(`${day(moment)}T00:00:00Z`)) / 86_400_000);
  if (Number.isNaN(days)) return '';
  if (days < 0) return `in ${counted(-days, 'day')}`;
  return days === 0 ? 'today' : `${counted(days, 'day')} ago`;
}

function dated(moment) {
  return moment ? `${day(moment)}, ${ago(moment)}` : 'not known';
}

function lastUse(use, moment) {
  if (use === 'used' && moment) return dated(moment);
  return use === 'never' ? 'never, as far back as the provider remembers' : 'not known';
}

function severity(key) {
  const known = Object.hasOwn(words.severities, key) ? key : 'info';
  return make('span', { class: `sev s-${known}` }, word('severities', key));
}

function classMark(key) {
  const known = Object.hasOwn(words.classes, key) ? key : 'unknown';
  return make('span', { class: 'class' }, make('span', { class: `swatch c-${known}`, 'aria-hidden': 'true' }), word('classes', key));
}

function address(names, place) {
  return `#/${names.isIdentity(place) ? 'identity' : 'record'}/${encodeURIComponent(wellFormed(names.id(place)))}`;
}

// encodeURIComponent refuses half a surrogate pair.
function wellFormed(text) {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function linked(names, place) {
  // A record's name as a link; what has no number is only text.
  if (typeof place !== 'number') return make('span', {}, place);
  return make('a', { href: address(names, place) }, names.name(place));
}
