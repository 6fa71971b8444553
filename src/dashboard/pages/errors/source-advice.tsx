import type { Occurrence } from '../../../wire/error-groups.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { sourceMapCommand } from '../../lib/example-commands.ts';
import { plural } from '../../lib/format.ts';

interface SourceAdviceProps {
  project: string;
  /** What the error says of itself. */
  release: string | null;
  /** Files of the application whose source is not known. */
  files: readonly string[];
  maps: Occurrence['maps'];
}

/** Why the source of some frames is not known, and the command that makes it known. */
export function SourceAdvice({ project, release, files, maps }: SourceAdviceProps) {
  return (
    <details class="source-advice">
      <summary>{whyNot(release, files, maps)}</summary>
      {release === null ? (
        <p>
          Source maps are found by release: give the browser SDK the release of your build, and upload its maps under
          that name.
        </p>
      ) : (
        <>
          <p>
            Upload the source map of {files.length === 1 ? 'this file' : 'each of these files'} with a key that
            administers; what comes from then on, and what is here already, shows its source:
          </p>
          <CodeBlock
            label="Command for source maps"
            code={sourceMapCommand(window.location.origin, project, release, files)}
          />
        </>
      )}
    </details>
  );
}

function whyNot(release: string | null, files: readonly string[], { missing, broken }: Occurrence['maps']): string {
  if (release === null) return 'The source is not shown: the error names no release';
  if (missing === 0 && broken > 0) return `The source map of ${plural(files.length, 'file')} could not be read`;
  return `The source is not shown: release ${release} has no source map for ${plural(files.length, 'file')}`;
}
