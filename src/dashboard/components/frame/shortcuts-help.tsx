import { MOD_KEY, shortcuts } from '../../state/keyboard.ts';
import { Dialog } from '../dialog.tsx';
import { helpOpen } from './overlays.ts';

const GROUPS = ['Everywhere', 'Go to', 'Lists', 'Charts', 'Live'] as const;

export default function ShortcutsHelp() {
  const all = shortcuts.value;
  return (
    <Dialog title="Keys" onClose={() => (helpOpen.value = false)}>
      <div class="key-groups">
        {GROUPS.map((group) => {
          const seen = new Set<string>();
          const list = all.filter((s) => s.group === group && !seen.has(s.keys) && seen.add(s.keys));
          if (list.length === 0) return null;
          return (
            <section key={group}>
              <h3>{group}</h3>
              <dl class="keys">
                {list.map((s) => (
                  <div key={s.keys}>
                    <dt>{s.label}</dt>
                    <dd>
                      {s.keys.split(/[ +]/).map((key) => (
                        <kbd key={key}>{key === 'mod' ? MOD_KEY : key}</kbd>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
