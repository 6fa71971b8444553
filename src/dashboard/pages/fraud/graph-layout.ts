import type { AccountGraph, GraphNode } from '../../../wire/fraud.ts';

export interface PlacedNode extends GraphNode {
  x: number;
  y: number;
  /** Steps from the middle; a node that nothing leads to is beyond all others. */
  depth: number;
}

export interface GraphLayout {
  nodes: PlacedNode[];
  edges: { from: PlacedNode; to: PlacedNode; type: string; lastSeenAtMs: number }[];
  width: number;
  height: number;
}

/** In the units of the drawing: circles with a label below. */
export const NODE_RADIUS = 14;
/** Two nodes are never closer, so that a label of one does not run into the other. */
export const SPACING = 76;
const MARGIN = 48;

/**
 * Rings around the account that was asked for: what it shares on the first, who shares it on the second, as the graph is made (accounts only meet
 * over devices and references). The same graph always gives the same drawing: an investigator finds a node again where it was. Neighbours stay
 * together on a ring, ordered by the angle of what they hang on; a ring is as large as its nodes need at SPACING, and at least SPACING outside the one
 * before. Nothing moves and nothing is random.
 */
export function layOut(graph: Pick<AccountGraph, 'nodes' | 'edges'>, middleId: string): GraphLayout {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const edges = graph.edges.filter(({ from, to }) => byId.has(from) && byId.has(to));
  const neighbours = new Map<string, string[]>(graph.nodes.map(({ id }) => [id, []]));
  for (const { from, to } of edges) {
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const rings = ringsOf(graph.nodes, neighbours, middleId);
  const placed = new Map<string, PlacedNode>();
  const angles = new Map<string, number>();
  let radius = 0;
  for (const [depth, ring] of rings.entries()) {
    if (depth > 0 || ring.length > 1) radius = Math.max(radius + SPACING, radiusFor(ring.length));
    const ordered = depth === 0 ? ring : byAngle(ring, neighbours, angles);
    for (const [i, id] of ordered.entries()) {
      // A quarter turn for each ring: rings of equal size do not stand in one line from the middle.
      const angle = (2 * Math.PI * i) / ordered.length - Math.PI / 2 + depth * 0.4;
      angles.set(id, angle);
      const node = byId.get(id);
      if (node) placed.set(id, { ...node, depth, x: Math.cos(angle) * radius, y: Math.sin(angle) * radius });
    }
  }
  return framed([...placed.values()], edges, placed);
}

/** The ids by distance from the middle. Without it, the node with the smallest id is the middle. */
function ringsOf(
  nodes: readonly GraphNode[],
  neighbours: ReadonlyMap<string, readonly string[]>,
  middleId: string,
): string[][] {
  const ids = nodes.map(({ id }) => id).toSorted();
  const middle = ids.includes(middleId) ? middleId : ids[0];
  if (middle === undefined) return [];
  const seen = new Set([middle]);
  const rings: string[][] = [[middle]];
  for (let ring = rings[0] ?? []; ring.length > 0; ) {
    const next = [...new Set(ring.flatMap((id) => neighbours.get(id) ?? []))].filter((id) => !seen.has(id)).toSorted();
    for (const id of next) seen.add(id);
    if (next.length > 0) rings.push(next);
    ring = next;
  }
  const apart = ids.filter((id) => !seen.has(id));
  return apart.length > 0 ? [...rings, apart] : rings;
}

/** Of a ring whose nodes are SPACING apart, measured straight. */
function radiusFor(count: number): number {
  return count < 2 ? 0 : SPACING / (2 * Math.sin(Math.PI / count));
}

/** By the mean direction of the neighbours that are placed already; ties by id. */
function byAngle(
  ring: readonly string[],
  neighbours: ReadonlyMap<string, readonly string[]>,
  angles: ReadonlyMap<string, number>,
): string[] {
  const wish = (id: string): number => {
    const known = (neighbours.get(id) ?? []).map((other) => angles.get(other)).filter((angle) => angle !== undefined);
    if (known.length === 0) return Number.MAX_SAFE_INTEGER;
    const x = known.reduce((sum, angle) => sum + Math.cos(angle), 0);
    const y = known.reduce((sum, angle) => sum + Math.sin(angle), 0);
    const turn = Math.atan2(y, x) + Math.PI / 2;
    return turn < 0 ? turn + 2 * Math.PI : turn;
  };
  return ring
    .map((id) => ({ id, wish: wish(id) }))
    .toSorted((a, b) => a.wish - b.wish || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** Moves everything into the positive, with room for labels at the sides. */
function framed(
  nodes: readonly PlacedNode[],
  edges: AccountGraph['edges'],
  placed: ReadonlyMap<string, PlacedNode>,
): GraphLayout {
  if (nodes.length === 0) return { nodes: [], edges: [], width: 2 * MARGIN, height: 2 * MARGIN };
  const left = Math.min(...nodes.map(({ x }) => x)) - MARGIN;
  const top = Math.min(...nodes.map(({ y }) => y)) - MARGIN;
  const moved = new Map(
    [...placed].map(([id, node]) => [id, { ...node, x: round(node.x - left), y: round(node.y - top) }]),
  );
  return {
    nodes: [...moved.values()],
    edges: edges.flatMap(({ from, to, ...edge }) => {
      const [a, b] = [moved.get(from), moved.get(to)];
      return a && b ? [{ ...edge, from: a, to: b }] : [];
    }),
    width: round(Math.max(...nodes.map(({ x }) => x)) - left + MARGIN),
    height: round(Math.max(...nodes.map(({ y }) => y)) - top + MARGIN),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
