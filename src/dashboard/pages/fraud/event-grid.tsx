import type { ComponentChildren } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import type { FraudEvent } from '../../../wire/fraud.ts';
import { VirtualGrid } from '../../components/virtual-grid.tsx';
import { EventHead, EventLine } from './event-line.tsx';

interface EventGridProps {
  label: string;
  rows: readonly FraudEvent[];
  showDay: boolean;
  /** Id of the event in the drawer. */
  openId: string | null;
  onOpen: (event: FraudEvent) => void;
  onActive?: (event: FraudEvent) => void;
  onReading?: (reading: boolean) => void;
  onEnd?: () => void;
  footer?: ComponentChildren;
}

/** Events as a grid under the names of its columns. With the drawer open, the row that the keyboard is on is the one in it. */
export function EventGrid({ label, rows, showDay, openId, onOpen, onActive, footer, ...rest }: EventGridProps) {
  const [row, setRow] = useState<string | null>(null);
  const at = useCallback((index: number): FraudEvent => rows[index] as FraudEvent, [rows]);
  return (
    <>
      <EventHead showDay={showDay} />
      <VirtualGrid
        {...rest}
        label={`${label}: time, score, decision, user, event, amount, reasons, verdict`}
        count={rows.length}
        at={at}
        class={showDay ? 'fraud-days' : ''}
        rowClass={(index) => `fraud-row fraud-${at(index).decision}`}
        line={(index) => <EventLine event={at(index)} showDay={showDay} />}
        active={openId ?? row}
        onActive={(event) => {
          setRow(event.id);
          onActive?.(event);
          if (openId !== null) onOpen(event);
        }}
        onOpen={(event) => {
          setRow(event.id);
          onActive?.(event);
          onOpen(event);
        }}
        footer={footer}
      />
    </>
  );
}
