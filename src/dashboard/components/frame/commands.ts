import { pagesFor } from '../../lib/pages.ts';
import { lastWords, PRESETS } from '../../lib/range.ts';
import { chooseProject, project, projects } from '../../state/projects.ts';
import { setRange } from '../../state/range.ts';
import { go, hrefOf } from '../../state/route.ts';
import { isAdmin, signOut } from '../../state/session.ts';
import { setTheme, THEMES } from '../../state/theme.ts';
import { helpOpen } from './overlays.ts';
import { pageHref } from './rail.tsx';

export interface Command {
  id: string;
  group: string;
  name: string;
  run: () => void;
}

/** Commands whose name holds the typed letters in order, the closest first; with words, a search for them as well. */
export function commandsFor(text: string): readonly Command[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return all();
  const found = all()
    .map((command) => ({ command, score: score(`${command.group} ${command.name}`.toLowerCase(), wanted) }))
    .filter((entry) => entry.score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map((entry) => entry.command);
  return [
    ...found,
    {
      id: 'search',
      group: 'Search',
      name: `Logs for ${text.trim()}`,
      run: () => go(hrefOf('/logs', { q: text.trim() }, 'frame')),
    },
  ];
}

/** What people look for by its own name. */
const SECURITY = ['sessions', 'password', 'second factor', 'passkeys'] as const;

interface Part {
  name: string;
  path: string;
  admin?: true;
}

const PARTS: readonly Part[] = [
  { name: 'Alerts, rules', path: '/alerts/rules' },
  { name: 'Alerts, new rule', path: '/alerts/rules/new' },
  { name: 'Alerts, destinations', path: '/alerts/destinations' },
  { name: 'Alerts, deliveries', path: '/alerts/deliveries' },
  { name: 'Operations, jobs', path: '/operations/jobs', admin: true },
  { name: 'Operations, notices', path: '/operations/notices', admin: true },
  { name: 'Archives, legal holds', path: '/archives/holds', admin: true },
  { name: 'Archives, warehouse', path: '/archives/warehouse' },
  { name: 'Audit, checkpoints and keys', path: '/audit/checkpoints', admin: true },
  { name: 'Audit, schema changes', path: '/audit/schema', admin: true },
  { name: 'Audit, findings', path: '/audit/findings', admin: true },
  { name: 'Compliance, new breach', path: '/compliance/breaches/new', admin: true },
  { name: 'Compliance, deletions', path: '/compliance/deletions', admin: true },
  { name: 'Compliance, new request for deletion', path: '/compliance/deletions/new', admin: true },
  { name: 'Compliance, laws and their clocks', path: '/compliance/regimes', admin: true },
  { name: 'Compliance, templates', path: '/compliance/templates', admin: true },
];

function all(): Command[] {
  const settings = isAdmin.value ? ['keys', 'users', 'projects'] : [];
  return [
    ...pagesFor(isAdmin.value).map((page) => ({
      id: page.path,
      group: 'Go to',
      name: page.name,
      run: () => go(pageHref(page.path)),
    })),
    {
      id: 'sessions',
      group: 'Go to',
      name: 'Errors, sessions of visitors',
      run: () => go(hrefOf('/sessions', {}, 'frame')),
    },
    ...PARTS.filter(({ admin }) => isAdmin.value || !admin).map(({ name, path }) => ({
      id: path,
      group: 'Go to',
      name,
      run: () => go(hrefOf(path, {}, 'frame')),
    })),
    ...settings.map((tab) => ({
      id: `settings-${tab}`,
      group: 'Go to',
      name: `Settings, ${tab}`,
      run: () => go(hrefOf(`/settings/${tab}`, {}, 'frame')),
    })),
    ...SECURITY.map((part) => ({
      id: `security-${part}`,
      group: 'Go to',
      name: `Security, ${part}`,
      run: () => go(hrefOf('/security', {}, 'frame')),
    })),
    ...projects.value
      .filter((p) => p.id !== project.value?.id)
      .map((p) => ({ id: `project-${p.id}`, group: 'Project', name: p.name, run: () => chooseProject(p.id) })),
    ...PRESETS.map((preset) => ({
      id: `range-${preset.id}`,
      group: 'Time',
      name: lastWords(preset),
      run: () => setRange({ kind: 'preset', id: preset.id }),
    })),
    ...THEMES.map((theme) => ({ id: `theme-${theme}`, group: 'Theme', name: theme, run: () => setTheme(theme) })),
    { id: 'keys', group: 'Help', name: 'All keys', run: () => (helpOpen.value = true) },
    { id: 'sign-out', group: 'Account', name: 'Sign out', run: () => void signOut() },
  ];
}

/** 0 is no match. A run of letters counts more than letters apart, the start of a word more than its middle. */
function score(name: string, wanted: string): number {
  const whole = name.indexOf(wanted);
  if (whole >= 0) return 1000 - whole + (whole === 0 || name[whole - 1] === ' ' ? 100 : 0);
  let at = -1;
  for (const letter of wanted) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return 0;
  }
  return 1;
}
