import type { ErrorGroup, Occurrence } from '../../../wire/error-groups.ts';
import type { Project } from '../../api/types.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { labelOf, textAttr } from '../../lib/attrs.ts';
import { plural } from '../../lib/format.ts';
import { filesWithoutSource, stackParts, stackText } from '../../lib/stack.ts';
import { Frame } from './frame.tsx';
import { SourceAdvice } from './source-advice.tsx';

interface StackProps {
  project: Project;
  group: ErrorGroup;
  occurrence: Occurrence;
}

/** Frames of the application in sight, those of libraries folded. */
export function Stack({ project, group, occurrence }: StackProps) {
  const { record, frames } = occurrence;
  const raw = textAttr(record.attrs, 'stack');
  if (frames.length === 0) {
    return raw === null ? (
      <p class="faint">
        This error came without a stack: scripts of other origins, and what is thrown without being an Error, have none.
      </p>
    ) : (
      <>
        <p class="faint">No frame of this stack could be read. As it was sent:</p>
        <CodeBlock label="Stack" code={raw} />
      </>
    );
  }
  const files = filesWithoutSource(frames);
  return (
    <>
      <ol class="stack" key={record.id}>
        {stackParts(frames).map((part, i) =>
          part.kind === 'own' ? (
            <Frame key={i} frame={part.frame} open={part.first} />
          ) : (
            <li key={i} class="stack-others">
              <details>
                <summary>{plural(part.frames.length, 'frame')} of libraries and of the browser</summary>
                <ol class="stack">
                  {part.frames.map((frame, j) => (
                    <Frame key={j} frame={frame} open={false} />
                  ))}
                </ol>
              </details>
            </li>
          ),
        )}
      </ol>
      <p class="stack-copy">
        <CopyButton text={() => stackText(group.type, record.message, frames)} label="Copy stack">
          Copy stack
        </CopyButton>
      </p>
      {files.length === 0 ? null : (
        <SourceAdvice project={project.id} release={labelOf(record, 'release')} files={files} maps={occurrence.maps} />
      )}
    </>
  );
}
