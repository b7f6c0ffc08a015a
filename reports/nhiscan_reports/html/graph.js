// The neighbourhood of a record as a picture: drag, zoom, walk from node to node, read the sentence of each edge.

const MOST_NEIGHBOURS = 28;
const MOST_NODES = 160;
const GLYPHS = {
  identity: '', credential: 'K', workload: 'W', secret: 'S', group: 'G', scope: 'A', owner: 'O', federation_provider: 'F',
  outside_identity: 'X', everyone: '*', service: 'P', administration: '!', model: 'M', tool: 'T',
};

class Graph {
  constructor(place, names, start, { onSelect }) {
    this.names = names;
    this.onSelect = onSelect;
    this.layout = new Layout();
    this.nodes = new Map();
    this.edges = new Map();
    this.view = { x: 0, y: 0, scale: 1 };
    this.edgeLayer = draw('g');
    this.nodeLayer = draw('g');
    this.scene = draw('g', {}, this.edgeLayer, this.nodeLayer);
    this.picture = draw('svg', { class: 'graph', role: 'group', 'aria-label': 'Neighbourhood; the same connections stand as sentences below' },
      draw('defs', {}, ['allowed', 'other'].map((name) => this.arrow(name))), this.scene);
    this.message = make('p', { class: 'quiet graph-message', role: 'status' });
    fill(place, this.picture, this.tools(), this.message);
    this.listen();
    this.walk(start);
  }

  arrow(name) {
    return draw('marker', { id: `arrow-${name}`, class: `arrow-${name}`, viewBox: '0 0 10 10', refX: 9, refY: 5, markerWidth: 7, markerHeight: 7, orient: 'auto' },
      draw('path', { d: 'M0 0L10 5L0 10z' }));
  }

  tools() {
    const button = (text, label, press) => make('button', { type: 'button', 'aria-label': label, title: label, on: { click: press } }, text);
    return make('div', { class: 'graph-tools' },
      button('+', 'Zoom in', () => this.zoom(1.3)),
      button('−', 'Zoom out', () => this.zoom(1 / 1.3)),
      button('Fit', 'Show everything', () => this.fit()));
  }

  async walk(place) {
    // Make `place` the middle of attention and draw its neighbours too.
    const first = !this.nodes.size;
    this.node(place, undefined).chosen = true;
    for (const node of this.nodes.values()) node.chosen = node.place === place;
    const found = await entry(place);
    const edges = [...found.out.map((edge) => this.edge(place, edge, true)), ...found.in.map((edge) => this.edge(place, edge, false))];
    const centre = this.nodes.get(place);
    let added = 0;
    let left = found.outs + found.ins - edges.length;
    for (const edge of edges) {
      const other = edge.source === place ? edge.target : edge.source;
      if (!this.nodes.has(other) && (added >= MOST_NEIGHBOURS || this.nodes.size >= MOST_NODES)) {
        left += 1;
        continue;
      }
      if (!this.nodes.has(other)) added += 1;
      this.node(other, centre);
      this.join(edge);
    }
    centre.walked = true;
    this.message.textContent = left > 0 ? `${counted(left, 'further connection')} of ${this.names.name(place)} not drawn.` : '';
    this.redraw();
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.layout.settle();
    else if (first) for (let n = 0; n < 120; n += 1) this.layout.step();
    this.place();
    if (first) this.fit();
    this.animate();
    this.onSelect(place, edges);
  }

  node(place, near) {
    if (!this.nodes.has(place)) this.nodes.set(place, { place, near, x: near ? undefined : 0, y: near ? undefined : 0, vx: 0, vy: 0 });
    return this.nodes.get(place);
  }

  edge(place, [other, kind, reason, answer, conditions, fix], out) {
    return { source: out ? place : other, target: out ? other : place, kind, reason, answer, conditions, fix };
  }

  join(edge) {
    // All edges from one node to another are one line with several sentences.
    const key = `${edge.source}>${edge.target}`;
    if (!this.edges.has(key)) {
      this.edges.set(key, { from: edge.source, to: edge.target, source: this.nodes.get(edge.source), target: this.nodes.get(edge.target), facts: [] });
    }
    const line = this.edges.get(key);
    if (!line.facts.some(({ kind, reason }) => kind === edge.kind && reason === edge.reason)) line.facts.push(edge);
  }

  redraw() {
    hideTip();
    this.layout.set([...this.nodes.values()], [...this.edges.values()].filter(({ from, to }) => from !== to));
    fill(this.edgeLayer, [...this.edges.values()].map((line) => this.drawEdge(line)));
    fill(this.nodeLayer, [...this.nodes.values()].map((node) => this.drawNode(node)));
  }

  drawEdge(line) {
    const surest = ['allowed', 'conditional', 'latent', 'unknown'].find((answer) => line.facts.some((fact) => fact.answer === answer)) || 'unknown';
    const power = line.facts.some(({ kind }) => kind === 'can_become');
    const shape = { class: `edge e-${surest}${power ? ' power' : ''}`, 'marker-end': `url(#arrow-${power ? 'allowed' : 'other'})` };
    line.shape = draw('line', shape);
    line.grip = draw('line', { class: 'grip', on: { pointerenter: (event) => this.hover(event, line.facts.map((fact) => fact.reason)), pointerleave: hideTip } });
    return [line.shape, line.grip];
  }

  drawNode(node) {
    const { names } = this;
    const type = names.type(node.place);
    const class_ = type === 'identity' ? names.identities.class[node.place] : '';
    const name = names.name(node.place);
    const short = name.length > 26 ? `${name.slice(0, 24)}…` : name;
    const known = Object.hasOwn(words.classes, class_) ? class_ : 'unknown';
    const shape = type === 'identity' ? draw('circle', { r: 11, class: `c-${known}` }) : draw('rect', { x: -9, y: -9, width: 18, height: 18, rx: 3, class: 'thing' });
    const kind = type === 'identity' ? word('classes', class_) : word('nodes', type);
    const group = draw('g', {
      class: `node${node.chosen ? ' chosen' : ''}${node.walked ? ' walked' : ''}`, tabindex: 0, role: 'button', 'aria-label': `${name}, ${kind}; show its connections`,
      on: {
        pointerdown: (event) => this.grab(event, node),
        keydown: (event) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          this.walk(node.place).then(() => this.nodes.get(node.place).group.focus());
        },
        pointerenter: (event) => this.hover(event, [`${name}: ${kind}`, ...this.sentences(node)]),
        pointerleave: hideTip,
      },
    }, draw('rect', { class: 'hit', x: -40, y: -13, width: 80, height: 42 }), shape, draw('text', { class: 'glyph', 'text-anchor': 'middle', y: 4 }, GLYPHS[type] ?? '?'), draw('text', { class: 'name', 'text-anchor': 'middle', y: 25 }, short));
    node.group = group;
    return group;
  }

  sentences(node) {
    const facts = [...this.edges.values()].filter(({ from, to }) => from === node.place || to === node.place).flatMap((line) => line.facts);
    return facts.slice(0, 4).map((fact) => fact.reason);
  }

  place() {
    for (const { source, target, shape, grip } of this.edges.values()) {
      const dx = target.x - source.x;
      const dy = target.y - source.y;
      const distance = Math.sqrt(dx * dx + dy * dy) || 1;
      const [ux, uy] = [dx / distance, dy / distance];
      const ends = { x1: source.x + 12 * ux, y1: source.y + 12 * uy, x2: target.x - 14 * ux, y2: target.y - 14 * uy };
      for (const line of [shape, grip]) for (const [name, value] of Object.entries(ends)) line.setAttribute(name, value.toFixed(1));
    }
    for (const { group, x, y } of this.nodes.values()) group.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
  }

  animate() {
    if (this.running) return;
    this.running = true;
    const frame = () => {
      this.running = this.picture.isConnected && this.layout.step();
      this.place();
      if (this.running) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  look() {
    const { x, y, scale } = this.view;
    this.scene.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
  }

  zoom(factor, at) {
    const box = this.picture.getBoundingClientRect();
    const [px, py] = at || [box.width / 2, box.height / 2];
    const scale = Math.min(Math.max(this.view.scale * factor, 0.2), 4);
    const by = scale / this.view.scale;
    this.view = { scale, x: px - (px - this.view.x) * by, y: py - (py - this.view.y) * by };
    this.look();
  }

  fit() {
    const box = this.picture.getBoundingClientRect();
    const nodes = [...this.nodes.values()];
    const [left, right] = [Math.min(...nodes.map((n) => n.x)) - 80, Math.max(...nodes.map((n) => n.x)) + 80];
    const [top, bottom] = [Math.min(...nodes.map((n) => n.y)) - 40, Math.max(...nodes.map((n) => n.y)) + 50];
    const scale = Math.min(box.width / (right - left), box.height / (bottom - top), 1.4);
    this.view = { scale, x: box.width / 2 - (scale * (left + right)) / 2, y: box.height / 2 - (scale * (top + bottom)) / 2 };
    this.look();
  }

  grab(event, node) {
    // A press that moves drags the node; one that does not walks to it.
    event.stopPropagation();
    hideTip();
    const start = [event.clientX, event.clientY];
    let moved = false;
    this.follow(event, (next) => {
      if (!moved && Math.hypot(next.clientX - start[0], next.clientY - start[1]) < 4) return;
      moved = true;
      const box = this.picture.getBoundingClientRect();
      node.held = true;
      node.x = (next.clientX - box.left - this.view.x) / this.view.scale;
      node.y = (next.clientY - box.top - this.view.y) / this.view.scale;
      this.layout.warm(0.25);
      this.place();
      this.animate();
    }, () => {
      if (!moved) this.walk(node.place);
    });
  }

  listen() {
    this.picture.addEventListener('pointerdown', (event) => {
      const start = { x: event.clientX - this.view.x, y: event.clientY - this.view.y };
      this.follow(event, (next) => {
        this.view.x = next.clientX - start.x;
        this.view.y = next.clientY - start.y;
        this.look();
      }, () => {});
    });
    this.picture.addEventListener('wheel', (event) => {
      // Plain turns of the wheel scroll the page; with Ctrl (which is also what a pinch sends) they zoom.
      if (!event.ctrlKey && !event.metaKey && !this.picture.contains(document.activeElement)) return;
      event.preventDefault();
      const box = this.picture.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 400), [event.clientX - box.left, event.clientY - box.top]);
    }, { passive: false });
  }

  follow(event, onMove, onEnd) {
    const end = () => {
      removeEventListener('pointermove', onMove);
      removeEventListener('pointerup', end);
      removeEventListener('pointercancel', end);
      onEnd();
    };
    addEventListener('pointermove', onMove);
    addEventListener('pointerup', end);
    addEventListener('pointercancel', end);
    if (event.pointerType !== 'touch') event.preventDefault();
  }

  hover(event, sentences) {
    showTip(event.clientX, event.clientY, sentences);
  }
}

const tip = document.getElementById('tip');

function showTip(x, y, sentences) {
  fill(tip, sentences.slice(0, 6).map((sentence) => make('p', {}, sentence.length > 400 ? `${sentence.slice(0, 400)}…` : sentence)));
  tip.hidden = false;
  tip.style.left = `${Math.min(x + 14, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(y + 14, innerHeight - tip.offsetHeight - 8)}px`;
}

function hideTip() {
  tip.hidden = true;
}
