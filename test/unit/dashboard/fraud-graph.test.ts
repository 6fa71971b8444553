import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut, NODE_RADIUS, SPACING } from '../../../src/dashboard/pages/fraud/graph-layout.ts';
import type { GraphEdge, GraphNode } from '../../../src/wire/fraud.ts';

interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

const node = (id: string, kind: GraphNode['kind'] = 'user'): GraphNode => ({ id, kind, label: id });
const edge = (from: string, to: string) => ({ from, to, type: 'device', lastSeenAtMs: 0 });

/** Any graph of up to 50 nodes, whole or in parts, with edges to nodes that are not there. */
const graphs = fc.integer({ min: 1, max: 50 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    links: fc.array(fc.tuple(fc.integer({ min: 0, max: count }), fc.integer({ min: 0, max: count })), {
      maxLength: 120,
    }),
  }),
);
const made = ({ count, links }: { count: number; links: [number, number][] }): Graph => ({
  nodes: Array.from({ length: count }, (_, i) => node(`n${i}`)),
  edges: links.map(([a, b]) => edge(`n${a}`, `n${b}`)),
});

describe('the account graph', () => {
  it('has the account in the middle, what it shares around it, and who shares it beyond', () => {
    const { nodes, edges } = layOut(
      {
        nodes: [node('other'), node('me'), node('device', 'device')],
        edges: [edge('me', 'device'), edge('other', 'device')],
      },
      'me',
    );
    expect(Object.fromEntries(nodes.map(({ id, depth }) => [id, depth]))).toEqual({ me: 0, device: 1, other: 2 });
    expect(edges.map(({ from, to }) => [from.id, to.id])).toEqual([
      ['me', 'device'],
      ['other', 'device'],
    ]);
  });

  it('keeps every pair of up to 50 nodes apart, inside its frame', () => {
    fc.assert(
      fc.property(graphs, (recipe) => {
        const { nodes, width, height } = layOut(made(recipe), 'n0');
        expect(nodes).toHaveLength(recipe.count);
        for (const [i, a] of nodes.entries()) {
          expect(a.x - NODE_RADIUS).toBeGreaterThanOrEqual(0);
          expect(a.y - NODE_RADIUS).toBeGreaterThanOrEqual(0);
          expect(a.x + NODE_RADIUS).toBeLessThanOrEqual(width);
          expect(a.y + NODE_RADIUS).toBeLessThanOrEqual(height);
          // Places are rounded to a tenth.
          for (const b of nodes.slice(i + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(SPACING - 0.3);
        }
      }),
    );
  });

  it('is the same for the same graph, in whatever order the server lists it', () => {
    fc.assert(
      fc.property(graphs, (recipe) => {
        const graph = made(recipe);
        const places = (of: Graph) =>
          layOut(of, 'n0')
            .nodes.map(({ id, x, y }) => `${id} ${x} ${y}`)
            .toSorted();
        const turned = { nodes: graph.nodes.toReversed(), edges: graph.edges.toReversed() };
        expect(places(turned)).toEqual(places(graph));
      }),
    );
  });

  it('of nothing is an empty frame', () => {
    expect(layOut({ nodes: [], edges: [] }, 'me').nodes).toEqual([]);
  });
});
