// The data of the page: tables by column and blocks of records, each opened when it is first looked at.

const manifest = JSON.parse(document.getElementById('manifest').textContent);

async function opened(element) {
  const raw = atob(element.textContent);
  const bytes = new Uint8Array(raw.length);
  for (let n = 0; n < raw.length; n += 1) bytes[n] = raw.charCodeAt(n);
  if (typeof DecompressionStream === 'function') {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    return JSON.parse(await new Response(stream).text());
  }
  return JSON.parse(new TextDecoder().decode(inflate(bytes)));
}

const pieces = new Map();
for (const element of document.querySelectorAll('script[data-piece]')) pieces.set(element.dataset.piece, element);

const tables = new Map();

function table(name) {
  // Promise of {column: array}.
  if (!tables.has(name)) tables.set(name, openTable(name));
  return tables.get(name);
}

async function openTable(name) {
  const whole = {};
  for (let part = 0; pieces.has(`${name}/${part}`); part += 1) {
    const element = pieces.get(`${name}/${part}`);
    const columns = await opened(element);
    element.remove();
    for (const [column, values] of Object.entries(columns)) {
      const plain = Array.isArray(values) ? values : values.i.map((place) => values.d[place]);
      whole[column] = whole[column] ? whole[column].concat(plain) : plain;
    }
  }
  return whole;
}

const blocks = new Map();
const MOST_BLOCKS = 40;

async function entry(number) {
  // What the page of one record shows.
  const { nodes } = await names();
  const block = number < manifest.identities ? Math.floor(number / manifest.blockSize) : nodes.block[number - manifest.identities];
  if (!blocks.has(block)) {
    if (blocks.size >= MOST_BLOCKS) blocks.delete(blocks.keys().next().value);
    blocks.set(block, opened(pieces.get(`block/${block}`)));
  }
  return (await blocks.get(block))[number];
}

let known;

function names() {
  // Promise of the names of all records, and of where they stand.
  if (!known) known = openNames();
  return known;
}

async function openNames() {
  const [identities, nodes] = await Promise.all([table('identities'), table('nodes')]);
  const count = manifest.identities;
  const isIdentity = (number) => number < count;
  const pick = (column) => (number) => (isIdentity(number) ? identities[column][number] : nodes[column][number - count]);
  const numbers = new Map();
  (identities.id || []).forEach((id, row) => numbers.set(id, row));
  (nodes.id || []).forEach((id, row) => numbers.set(id, count + row));
  return {
    identities,
    nodes,
    id: pick('id'),
    name: (number) => pick('name')(number) || pick('id')(number),
    kind: pick('kind'),
    provider: pick('provider'),
    scopeName: pick('scopeName'),
    type: (number) => (isIdentity(number) ? 'identity' : nodes.type[number - count]),
    holder: (number) => (isIdentity(number) ? number : nodes.holder[number - count]),
    isIdentity,
    numbers,
  };
}
