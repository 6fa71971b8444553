import { fieldReader, MAX_VALUE_CHARS } from '../../query/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { AlertRule } from '../../wire/alerts.ts';
import type { LogRecord, Stream } from '../../wire/record.ts';
import { type CountedRecords, countedRecords, isCounted } from './records.ts';

const ONE_GROUP: readonly string[] = [''];
const NO_GROUP: readonly string[] = [];

/** A rule that counts records, ready for those that come in. */
export interface RecordCounter {
  stream: Stream;
  /** What is known of a batch before its lines are read: `none` of them counts, `all` do, or `some` may. */
  verdict: CountedRecords['query']['verdict'];
  /** The groups in which a stored line of the stream counts once; of a list each item. Empty where it does not match, and where its value is a text that
   * is no category. */
  groupsOf(line: string): readonly string[];
}

/** Null for a rule that counts no records. Error: a sentence on a search that is not understood. */
export function compileCounter({ condition }: Pick<AlertRule, 'condition'>): Result<RecordCounter | null, string> {
  if (!isCounted(condition)) return ok(null);
  const counted = countedRecords(condition);
  if (!counted.ok) return counted;
  const { stream, query, field } = counted.value;
  if (field === null) {
    const groupsOf = (line: string) => (query.matchesLine(line) ? ONE_GROUP : NO_GROUP);
    return ok({ stream, verdict: query.verdict, groupsOf });
  }
  const read = fieldReader(field);
  const groupsOf = (line: string): readonly string[] => {
    if (!query.matchesLine(line)) return NO_GROUP;
    const groups: string[] = [];
    read(JSON.parse(line) as LogRecord, (value) => {
      if (value.length <= MAX_VALUE_CHARS) groups.push(value);
    });
    return groups;
  };
  return ok({ stream, verdict: query.verdict, groupsOf });
}
