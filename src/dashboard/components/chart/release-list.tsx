import type { Release } from '../../../wire/error-groups.ts';
import { releaseText } from './release-lines.ts';

/** The lines of a chart that name releases, as text for who does not see them. */
export function ReleaseList({ releases }: { releases: readonly Release[] }) {
  if (releases.length === 0) return null;
  return (
    <ul class="visually-hidden" aria-label="Releases in this time">
      {releases.map((release) => (
        <li key={`${release.release} ${release.atMs}`}>{releaseText(release)}</li>
      ))}
    </ul>
  );
}
