import { useState } from 'preact/hooks';
import type { LogRecord } from '../../../wire/record.ts';
import type { ApiError } from '../../api/http.ts';
import { getContext } from '../../api/query.ts';
import { param, setParams } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';

interface OpenRecord {
  record: LogRecord | null;
  /** Why the record that the address names cannot be shown. */
  error: ApiError | null;
  retry: () => void;
  open: (record: LogRecord) => void;
  close: () => void;
}

/** The record that the address names: from the list where it is there, else fetched, so that a shared link opens it. */
export function useOpenRecord(project: string, records: readonly LogRecord[]): OpenRecord {
  const id = param('record');
  const [last, setLast] = useState<LogRecord | null>(null);
  const known = id === '' ? null : last?.id === id ? last : (records.find((record) => record.id === id) ?? null);
  const missing = id !== '' && known === null;
  const fetched = useResource(
    missing ? `${project} ${id}` : null,
    (signal) => getContext(project, id, null, 0, signal),
    false,
  );
  const found = fetched.data?.record;
  return {
    record: known ?? (missing && found?.id === id ? found : null),
    error: missing ? fetched.error : null,
    retry: fetched.reload,
    open: (record) => {
      setLast(record);
      // Walking through records with j and k is not something the back button should repeat.
      setParams({ record: record.id }, id === '' ? 'push' : 'replace');
    },
    close: () => setParams({ record: null }, 'replace'),
  };
}
