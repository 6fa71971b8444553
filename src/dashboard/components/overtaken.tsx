import { Button } from './button.tsx';
import { Notice } from './states.tsx';

/** Two have changed the same, and the other was first. `what` was changed: "the rule". */
export function Overtaken({ what, onTakeOver }: { what: string; onTakeOver: () => void }) {
  return (
    <Notice
      tone="warn"
      action={
        <Button small kind="primary" onClick={onTakeOver}>
          Take theirs, keep my changes
        </Button>
      }
    >
      Somebody else has changed {what} meanwhile. Nothing was saved, and nothing of yours is lost.
    </Notice>
  );
}
