// Addresses, and what they show.

const views = [...document.querySelectorAll('[data-view]')];
const titleOfPage = document.title;

const routes = {
  overview: () => {},
  unseen: () => {},
  identities: (rest, parameters) => showIdentities(parameters),
  findings: (rest, parameters) => showFindings(parameters),
  identity: (rest) => showRecord(rest),
  record: (rest) => showRecord(rest),
  finding: (rest) => showFinding(rest),
};
const viewOf = { identity: 'record' };
const navOf = { identity: 'identities', record: 'findings', finding: 'findings' };

function parsed(hash) {
  const [, path = '', query = ''] = /^#\/([^?]*)(?:\?(.*))?$/s.exec(hash) || [];
  const slash = path.indexOf('/');
  const name = slash < 0 ? path : path.slice(0, slash);
  let rest = slash < 0 ? '' : path.slice(slash + 1);
  try {
    rest = decodeURIComponent(rest);
  } catch {
    // An address that somebody cut off; it names nothing.
  }
  // A section of the page that needs no script has no route of its own.
  const there = Object.hasOwn(routes, name) || views.some((view) => view.dataset.view === name);
  return { name: there ? name : 'overview', rest, parameters: new URLSearchParams(query) };
}

let shown = '';

async function route() {
  // "#main" is the skip link's, no view.
  if (location.hash && !location.hash.startsWith('#/')) return;
  const { name, rest, parameters } = parsed(location.hash);
  hideTip();
  document.title = titleOfPage;
  for (const view of views) view.hidden = view.dataset.view !== (viewOf[name] || name);
  for (const link of document.querySelectorAll('[data-nav]')) {
    if (link.dataset.nav === (navOf[name] || name)) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const moved = shown !== '' && shown !== `${name}/${rest}`;
  shown = `${name}/${rest}`;
  if (moved) {
    scrollTo(0, 0);
    document.getElementById('main').focus({ preventScroll: true });
  }
  document.body.setAttribute('aria-busy', 'true');
  await (Object.hasOwn(routes, name) ? routes[name](rest, parameters) : undefined);
  document.body.setAttribute('aria-busy', 'false');
}

const THEMES = ['light', 'dark'];

function dressUp() {
  const button = document.getElementById('theme');
  const now = () => document.documentElement.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  const other = () => THEMES.find((theme) => theme !== now());
  const label = () => {
    button.textContent = other() === 'dark' ? 'Dark' : 'Light';
    button.setAttribute('aria-label', `Change to ${other()} colours`);
  };
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = other();
    label();
  });
  label();
  button.hidden = false;
}

addEventListener('hashchange', route);
addEventListener('keydown', (event) => {
  if (event.key === 'Escape') hideTip();
});
dressUp();
route();
