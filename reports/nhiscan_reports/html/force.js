// A force layout: nodes push each other away, links pull their ends together, everything drifts to the middle.

class Layout {
  constructor() {
    this.nodes = [];
    this.links = [];
    this.heat = 0;
  }

  set(nodes, links) {
    // Nodes that have no place yet begin on a spiral around `near`, so that the same picture is drawn the same way.
    nodes.forEach((node, place) => {
      if (node.x !== undefined) return;
      const angle = place * 2.4;
      const radius = 30 + 12 * Math.sqrt(place);
      node.x = (node.near?.x || 0) + radius * Math.cos(angle);
      node.y = (node.near?.y || 0) + radius * Math.sin(angle);
      node.vx = 0;
      node.vy = 0;
    });
    this.nodes = nodes;
    this.links = links;
    this.warm(1);
  }

  warm(heat) {
    this.heat = Math.max(this.heat, heat);
  }

  step() {
    // One step; false when the picture has come to rest.
    if (this.heat < 0.01) return false;
    const { nodes, heat } = this;
    for (let a = 0; a < nodes.length; a += 1) {
      for (let b = a + 1; b < nodes.length; b += 1) this.repel(nodes[a], nodes[b]);
    }
    for (const { source, target } of this.links) this.pull(source, target);
    for (const node of nodes) {
      node.vx = (node.vx - 0.012 * node.x * heat) * 0.6;
      node.vy = (node.vy - 0.035 * node.y * heat) * 0.6;
      if (node.held) {
        node.vx = 0;
        node.vy = 0;
      } else {
        node.x += Math.min(Math.max(node.vx, -40), 40);
        node.y += Math.min(Math.max(node.vy, -40), 40);
      }
    }
    this.heat *= 0.975;
    return true;
  }

  repel(a, b) {
    // Names are wide and low, so nodes need more room beside them than above.
    const dx = (a.x - b.x || 0.1) * 0.5;
    const dy = a.y - b.y || 0.1;
    const distance = Math.max(dx * dx + dy * dy, 100);
    const force = (7000 * this.heat) / distance / Math.sqrt(distance);
    a.vx += dx * force;
    a.vy += dy * force;
    b.vx -= dx * force;
    b.vy -= dy * force;
  }

  pull(a, b) {
    const dx = b.x - a.x;
    const dy = b.y - a.y;
    const distance = Math.sqrt(dx * dx + dy * dy) || 1;
    const force = ((distance - 130) / distance) * 0.09 * this.heat;
    a.vx += dx * force;
    a.vy += dy * force;
    b.vx -= dx * force;
    b.vy -= dy * force;
  }

  settle() {
    for (let steps = 0; steps < 400 && this.step(); steps += 1);
  }
}
