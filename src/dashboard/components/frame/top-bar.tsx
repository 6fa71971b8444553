import { hasRange } from '../../lib/pages.ts';
import { MOD_KEY } from '../../state/keyboard.ts';
import { range, refresh } from '../../state/range.ts';
import { path } from '../../state/route.ts';
import { Button } from '../button.tsx';
import { LiveDot } from './live-dot.tsx';
import { paletteOpen } from './overlays.ts';
import { ProjectSwitch } from './project-switch.tsx';
import { PulseMenu } from './pulse.tsx';
import { RangePicker } from './range-picker.tsx';
import { UserMenu } from './user-menu.tsx';

export function TopBar() {
  const timed = hasRange(path.value);
  return (
    <header class="top-bar">
      <ProjectSwitch />
      <button
        type="button"
        class="palette-hint"
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => (paletteOpen.value = true)}
      >
        <span>Search or jump to</span>
        <kbd>{MOD_KEY} K</kbd>
      </button>
      <span class="grow" />
      <PulseMenu />
      <LiveDot />
      {timed ? <RangePicker /> : null}
      {timed && path.value !== '/live' && range.value.kind !== 'live' ? (
        <Button kind="quiet" icon="refresh" label="Refresh" onClick={refresh} />
      ) : null}
      <UserMenu />
    </header>
  );
}
