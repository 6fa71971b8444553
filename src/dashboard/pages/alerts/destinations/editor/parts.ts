import type { ApiError } from '../../../../api/http.ts';
import type { Draft } from './draft.ts';

/** What each part of the form gets. */
export interface PartProps {
  draft: Draft;
  change: (next: Partial<Draft>) => void;
  error: ApiError | null;
}
