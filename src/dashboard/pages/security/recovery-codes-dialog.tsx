import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Notice } from '../../components/states.tsx';

interface RecoveryCodesProps {
  codes: readonly string[];
  onClose: () => void;
}

/** The only time they are on screen. */
export function RecoveryCodesDialog({ codes, onClose }: RecoveryCodesProps) {
  const text = `${codes.join('\n')}\n`;
  return (
    <Dialog title="Your recovery codes" stays onClose={onClose}>
      <Notice tone="warn">
        Keep them now, away from your phone. They are stored as hashes and cannot be shown again; older codes no longer
        work.
      </Notice>
      <ol class="recovery-codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="dialog-actions">
        <CopyButton text={text} label="Copy the recovery codes">
          Copy
        </CopyButton>
        <Button icon="download" onClick={() => download(text)}>
          Download
        </Button>
        <Button kind="primary" onClick={onClose}>
          I have kept them
        </Button>
      </div>
    </Dialog>
  );
}

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'breakwater-recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(url);
}
