import { useCallback, useState } from 'preact/hooks';
import type { Delivery } from '../../../../wire/delivery.ts';
import { VirtualGrid } from '../../../components/virtual-grid.tsx';
import { day } from '../../../lib/format.ts';
import { DeliveryHead, DeliveryLine } from './delivery-line.tsx';

interface DeliveryGridProps {
  rows: readonly Delivery[];
  names: ReadonlyMap<string, string>;
  span: { fromMs: number; toMs: number };
  /** Id of the delivery in the drawer. */
  openId: string | null;
  onOpen: (delivery: Delivery) => void;
  onReading: (reading: boolean) => void;
  onEnd?: () => void;
  /** There is nothing behind the last row. */
  isWhole: boolean;
}

/** With the drawer open, the row that the keyboard is on is the one in it. */
export function DeliveryGrid({ rows, names, span, openId, onOpen, isWhole, ...rest }: DeliveryGridProps) {
  const [row, setRow] = useState<string | null>(null);
  const at = useCallback((index: number): Delivery => rows[index] as Delivery, [rows]);
  const showDay = day(span.fromMs) !== day(span.toMs);
  return (
    <>
      <DeliveryHead showDay={showDay} />
      <VirtualGrid
        {...rest}
        label="Deliveries, newest first: time, state, destination, event, attempts, last outcome, what is next"
        count={rows.length}
        at={at}
        class={showDay ? 'deliveries-days' : ''}
        rowClass={(index) => `delivery-row delivery-${at(index).state}`}
        line={(index) => (
          <DeliveryLine delivery={at(index)} name={names.get(at(index).destinationId)} showDay={showDay} />
        )}
        active={openId ?? row}
        onActive={(delivery) => {
          setRow(delivery.id);
          if (openId !== null) onOpen(delivery);
        }}
        onOpen={(delivery) => {
          setRow(delivery.id);
          onOpen(delivery);
        }}
        footer={
          <p class="list-end">
            {isWhole ? 'This is everything in the range.' : rest.onEnd ? 'Looking further back.' : ''}
          </p>
        }
      />
    </>
  );
}
