import type { ComponentChildren } from 'preact';
import type { LogRecord } from '../../../wire/record.ts';
import { VirtualGrid, type VirtualGridProps } from '../virtual-grid.tsx';
import { LogLine } from './log-line.tsx';

interface LogListProps extends Omit<VirtualGridProps<LogRecord>, 'measured' | 'class' | 'rowClass' | 'line'> {
  words: readonly string[];
  wrap: boolean;
  showDay: boolean;
  /** Another look of the rows than LogLine, with a class of the list and one of each row. */
  look?: {
    list: string;
    rowOf: (index: number) => string;
    line: (index: number) => ComponentChildren;
  };
}

/** Records as a grid. */
export function LogList({ words, wrap, showDay, look, ...grid }: LogListProps) {
  return (
    <VirtualGrid
      {...grid}
      measured={wrap}
      class={`${wrap ? 'log-wrap ' : ''}${showDay ? 'log-days ' : ''}${look?.list ?? ''}`.trimEnd()}
      rowClass={(index) => look?.rowOf(index) ?? `row-${grid.at(index).level}`}
      line={(index) =>
        look ? look.line(index) : <LogLine record={grid.at(index)} words={words} wrap={wrap} showDay={showDay} />
      }
    />
  );
}
