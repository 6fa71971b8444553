import { useCallback, useState } from 'preact/hooks';
import type { Firing } from '../../../../wire/alerts.ts';
import type { ListedRule } from '../../../api/alerts.ts';
import { VirtualGrid } from '../../../components/virtual-grid.tsx';
import { FiringHead, FiringLine } from './firing-line.tsx';

interface FiringGridProps {
  rows: readonly Firing[];
  rules: ReadonlyMap<string, ListedRule>;
  /** Id of the one in the drawer. */
  openId: string | null;
  onOpen: (firing: Firing) => void;
  onReading: (reading: boolean) => void;
  onEnd: () => void;
  hasMore: boolean;
}

const ROW_PX = { desk: 44, phone: 68 };

/** Firings as a grid. With the drawer open, the row that the keyboard is on is the one in it. */
export function FiringGrid(props: FiringGridProps) {
  const { rows, rules, openId, onOpen, onReading, onEnd, hasMore } = props;
  const [row, setRow] = useState<string | null>(null);
  const at = useCallback((index: number): Firing => rows[index] as Firing, [rows]);
  const isFirst = (index: number) => index > 0 && at(index - 1).state !== at(index).state;
  return (
    <>
      <FiringHead />
      <VirtualGrid
        label="Alerts, what fires first: state, severity, rule, value, since, told"
        count={rows.length}
        at={at}
        rowPx={ROW_PX}
        class=""
        rowClass={(index) => {
          const { state, severity } = at(index);
          return `firing-row firing-${state} firing-is-${severity}${isFirst(index) ? ' firing-first' : ''}`;
        }}
        line={(index) => <FiringLine firing={at(index)} rule={rules.get(at(index).ruleId) ?? null} />}
        active={openId ?? row}
        onActive={(firing) => {
          setRow(firing.id);
          if (openId !== null) onOpen(firing);
        }}
        onOpen={(firing) => {
          setRow(firing.id);
          onOpen(firing);
        }}
        onReading={onReading}
        onEnd={onEnd}
        footer={<p class="list-end">{hasMore ? 'Looking further back.' : 'These are all of this time.'}</p>}
      />
    </>
  );
}
