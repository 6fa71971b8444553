import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AccountGraph } from '../../../wire/fraud.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Link } from '../../components/link.tsx';
import { Time } from '../../components/time.tsx';
import { plural, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { go } from '../../state/route.ts';
import { accountHref } from './event-drawer.tsx';
import { type GraphLayout, layOut, NODE_RADIUS, type PlacedNode } from './graph-layout.ts';
import { REFERENCE_WORDS, VERDICT_WORDS } from './words.ts';

/** As many letters as fit between two nodes. */
const LABEL_CHARS = 11;

const KINDS = { user: 'Account', device: 'Device', reference: 'Reference' } as const;

/** The accounts around one, by what they share: as a drawing whose nodes are reached by Tab, and as a table that says the same. */
export function AccountGraphView({ graph, userId }: { graph: AccountGraph; userId: string }) {
  const layout = useMemo(() => {
    const middle = graph.nodes.find(({ kind, label }) => kind === 'user' && label === userId);
    return layOut(graph, middle?.id ?? '');
  }, [graph, userId]);
  const [focus, setFocus] = useState<string | null>(null);
  const frame = useRef<HTMLElement>(null);
  // Where the drawing is larger than its place, it begins at the account that was asked for.
  useLayoutEffect(() => {
    const middle = layout.nodes.find(({ depth }) => depth === 0);
    const element = frame.current;
    if (!middle || !element) return;
    element.scrollLeft = middle.x - element.clientWidth / 2;
    element.scrollTop = middle.y - element.clientHeight / 2;
  }, [layout]);
  const near = new Set(
    layout.edges
      .filter(({ from, to }) => from.id === focus || to.id === focus)
      .flatMap(({ from, to }) => [from.id, to.id]),
  );
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section ref={frame} class="fraud-graph" tabIndex={0} aria-label="Drawing of the linked accounts">
        <svg
          width={layout.width}
          height={layout.height}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          role="group"
          aria-label={graphWords(layout)}
        >
          {layout.edges.map(({ from, to, type }) => (
            <line
              key={`${from.id} ${to.id} ${type}`}
              class={from.id === focus || to.id === focus ? 'graph-edge is-near' : 'graph-edge'}
              x1={from.x}
              y1={from.y}
              x2={to.x}
              y2={to.y}
            />
          ))}
          {layout.nodes.map((node) => (
            <Node
              key={node.id}
              node={node}
              isFaint={focus !== null && focus !== node.id && !near.has(node.id)}
              onFocus={(on) => setFocus(on ? node.id : null)}
            />
          ))}
        </svg>
      </section>
      <p class="fraud-graph-key">
        <span>
          <i class="graph-key graph-key-user" aria-hidden="true" /> account
        </span>
        <span>
          <i class="graph-key graph-key-device" aria-hidden="true" /> device
        </span>
        <span>
          <i class="graph-key graph-key-reference" aria-hidden="true" /> phone, e-mail or device reference
        </span>
      </p>
      <details class="fraud-graph-table">
        <summary>As a table</summary>
        <DataTable
          label="Links"
          columns={COLUMNS}
          rows={layout.edges}
          keyOf={({ from, to, type }) => `${from.id} ${to.id} ${type}`}
        />
      </details>
    </>
  );
}

interface NodeProps {
  node: PlacedNode;
  isFaint: boolean;
  onFocus: (on: boolean) => void;
}

function Node({ node, isFaint, onFocus }: NodeProps) {
  const { kind, label, x, y, depth, verdict, riskScore } = node;
  const shape = `graph-node graph-${kind}${depth === 0 ? ' is-middle' : ''}${verdict ? ` is-${verdict}` : ''}${isFaint ? ' is-faint' : ''}`;
  const inner = (
    <>
      {kind === 'user' ? (
        <circle r={NODE_RADIUS} />
      ) : kind === 'device' ? (
        <rect
          x={-NODE_RADIUS + 2}
          y={-NODE_RADIUS + 2}
          width={2 * NODE_RADIUS - 4}
          height={2 * NODE_RADIUS - 4}
          rx={3}
        />
      ) : (
        <rect x={-9} y={-9} width={18} height={18} transform="rotate(45)" />
      )}
    </>
  );
  const events = {
    onFocus: () => onFocus(true),
    onBlur: () => onFocus(false),
    onPointerEnter: () => onFocus(true),
    onPointerLeave: () => onFocus(false),
  };
  const href = accountHref(label);
  return (
    <g class={shape} transform={`translate(${x} ${y})`}>
      <title>{nodeWords(node)}</title>
      {kind === 'user' && depth > 0 ? (
        <a
          href={href}
          aria-label={nodeWords(node)}
          {...events}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
            event.preventDefault();
            go(href);
          }}
        >
          {inner}
        </a>
      ) : (
        // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: reading what a node is must not need a pointer.
        <g tabIndex={0} role="img" aria-label={nodeWords(node)} {...events}>
          {inner}
        </g>
      )}
      <NodeText
        mark={verdict === 'fraud' ? '!' : kind === 'user' && riskScore !== undefined ? String(riskScore) : ''}
        label={label}
      />
    </g>
  );
}

/** For those who see it; the name of the node says the same in full. */
function NodeText({ mark, label }: { mark: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a group of SVG takes no focus.
    <g aria-hidden="true">
      <text class="graph-mark" y={4}>
        {mark}
      </text>
      <text class="graph-label" y={NODE_RADIUS + 14}>
        {shortened(label)}
      </text>
    </g>
  );
}

/** Ids of one product often begin alike: both ends stay. */
function shortened(label: string): string {
  if (label.length <= LABEL_CHARS) return label;
  return `${label.slice(0, 5)}…${label.slice(-5)}`;
}

function nodeWords({ kind, label, riskScore, verdict }: PlacedNode): string {
  const parts = [
    `${KINDS[kind]} ${label}`,
    riskScore === undefined ? '' : `score ${riskScore}`,
    verdict ? VERDICT_WORDS[verdict].toLowerCase() : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function graphWords({ nodes, edges }: GraphLayout): string {
  const accounts = nodes.filter(({ kind }) => kind === 'user').length;
  return `${plural(accounts, 'account')}, ${plural(nodes.length - accounts, 'device or reference', 'devices and references')}, ${plural(edges.length, 'link')}`;
}

type Edge = GraphLayout['edges'][number];

const COLUMNS: Column<Edge>[] = [
  { id: 'from', label: 'From', sort: ({ from }) => from.label, cell: ({ from }) => <NodeName node={from} /> },
  { id: 'type', label: 'By', sort: ({ type }) => type, cell: ({ type }) => REFERENCE_WORDS[type] ?? type },
  { id: 'to', label: 'To', sort: ({ to }) => to.label, cell: ({ to }) => <NodeName node={to} /> },
  {
    id: 'seen',
    label: 'Last seen',
    sort: ({ lastSeenAtMs }) => lastSeenAtMs,
    cell: ({ lastSeenAtMs }) => <Time ms={lastSeenAtMs} format={(ms) => relative(ms, now())} />,
  },
];

function NodeName({ node }: { node: PlacedNode }) {
  const name = <bdi title={node.label}>{node.label}</bdi>;
  if (node.kind !== 'user') return <code class="clip fraud-ref">{name}</code>;
  return (
    <Link href={accountHref(node.label)} class="clip fraud-ref">
      {name}
    </Link>
  );
}
