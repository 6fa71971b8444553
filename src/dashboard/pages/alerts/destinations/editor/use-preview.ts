import { useEffect, useState } from 'preact/hooks';
import type { DestinationKind } from '../../../../../wire/delivery.ts';
import { previewBody } from '../../../../api/destinations.ts';
import type { ApiError } from '../../../../api/http.ts';
import { useResource } from '../../../../state/use-resource.ts';

/** While somebody types, what a key ends is not asked about. */
const TYPING_MS = 300;

export interface Preview {
  /** The last that could be made; null before the first. */
  body: string | null;
  error: ApiError | null;
  loading: boolean;
  reload: () => void;
}

/** What would be sent with this template, a moment after the last change to it. */
export function usePreview(project: string, kind: DestinationKind, template: string): Preview {
  const wanted = JSON.stringify([kind, template]);
  const [asked, setAsked] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(wanted), TYPING_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const [askedKind, askedTemplate] = JSON.parse(asked) as [DestinationKind, string];
  const { data, error, loading, reload } = useResource(`${project} ${asked}`, (signal) =>
    previewBody(project, { kind: askedKind, template: askedTemplate.trim() === '' ? null : askedTemplate }, signal),
  );
  return { body: data?.body ?? null, error, loading: loading || asked !== wanted, reload };
}

/** Where in the template it is wrong, when that is what the server complains about. */
export function templateFault(error: ApiError | null): { reason: string; position: number | null } | null {
  if (error?.kind !== 'problem' || error.code !== 'template_failed') return null;
  const { position } = error.members;
  return { reason: error.detail, position: typeof position === 'number' ? position : null };
}
