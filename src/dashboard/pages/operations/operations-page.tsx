import '../../styles/errors.css';
import '../../styles/operations.css';
import { OPERATION_SCOPES } from '../../../wire/operations.ts';
import type { Project } from '../../api/types.ts';
import { Link } from '../../components/link.tsx';
import { Empty } from '../../components/states.tsx';
import { hrefOf, pathPart } from '../../state/route.ts';
import { ScopePage } from './scope-page.tsx';
import { SCOPE_WORDS } from './words.ts';

/** Do transfers and profiles work, and through which gateway not? */
export default function OperationsPage({ project }: { project: Project }) {
  const named = pathPart(1) || 'p2p';
  const scope = OPERATION_SCOPES.find((name) => name === named);
  return (
    <div class="page operations">
      <h1 class="visually-hidden">Operations</h1>
      <nav class="tabs" aria-label="Operations">
        {OPERATION_SCOPES.map((name) => (
          <Link
            key={name}
            href={hrefOf(name === 'p2p' ? '/operations' : `/operations/${name}`, {}, 'frame')}
            current={name === scope}
          >
            {SCOPE_WORDS[name]}
          </Link>
        ))}
      </nav>
      {scope === undefined ? (
        <Empty title="There are no operations of this kind here">
          <p>Choose one of the tabs above.</p>
        </Empty>
      ) : (
        <ScopePage key={scope} project={project} scope={scope} />
      )}
    </div>
  );
}
