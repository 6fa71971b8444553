import { useState } from 'preact/hooks';
import type { BrowserRulesAnswer } from '../../../wire/browser.ts';
import { getBrowserRules } from '../../api/browser.ts';
import { CodeBlock } from '../../components/code-block.tsx';
import { Link } from '../../components/link.tsx';
import { Empty } from '../../components/states.tsx';
import { scriptTag } from '../../lib/script-tag.ts';
import { project } from '../../state/projects.ts';
import { hrefOf } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';
import { BrowserRulesForm } from './browser-rules-form.tsx';
import { TabFrame } from './tab-frame.tsx';

/** How a project reads what browsers send, and how a page comes to send it. */
export function BrowserTab() {
  const current = project.value;
  const projectId = current?.id ?? null;
  const rules = useResource(projectId, (signal) => getBrowserRules(projectId ?? '', signal), false);
  const [saved, setSaved] = useState<{ of: string; rules: BrowserRulesAnswer } | null>(null);
  if (!current) {
    return (
      <Empty icon="project" title="No project that browsers could send to">
        <p>Create one under Projects first.</p>
      </Empty>
    );
  }
  return (
    <TabFrame
      title="Browser"
      intro={`How ${current.name} reads what browsers send. Records that are stored keep the page that they have.`}
      resource={rules}
    >
      {(loaded) => {
        const shown = saved?.of === current.id && saved.rules.version > loaded.version ? saved.rules : loaded;
        return (
          <>
            <BrowserRulesForm
              key={`${current.id} ${shown.version}`}
              projectId={current.id}
              current={shown}
              onSaved={(answer) => setSaved({ of: current.id, rules: answer })}
              onReload={rules.reload}
            />
            <h2>For your pages</h2>
            <p class="faint">
              Put this into the head of each page, with a key that lists the page’s origin and may send. Make one under{' '}
              <Link href={hrefOf('/settings/keys', {}, 'frame')}>Keys</Link>; its text is public.
            </p>
            <CodeBlock label="Script tag" code={scriptTag(window.location.origin, 'YOUR-KEY')} />
          </>
        );
      }}
    </TabFrame>
  );
}
