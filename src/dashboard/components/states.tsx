import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/http.ts';
import { limitedForSeconds, sentence } from '../lib/errors.ts';
import { now, ticking } from '../state/clock.ts';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { Icon, type IconName } from './icon.tsx';

interface EmptyProps {
  /** It is all there is on the page. */
  top?: boolean;
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
}

/** Nothing to show: why, and what to do about it. */
export function Empty({ top = false, icon = 'info', title, children }: EmptyProps) {
  const Heading = top ? 'h1' : 'h2';
  return (
    <div class="empty">
      <Icon name={icon} />
      <Heading>{title}</Heading>
      <div class="empty-body">{children}</div>
    </div>
  );
}

interface FailureProps {
  what: string;
  error: ApiError;
  onRetry: () => void;
  /** In place of a whole panel, or as one line above what is already there. */
  line?: boolean;
  /** It is all there is on the page. */
  top?: boolean;
}

/** What happened, the id to quote, and another try. */
export function Failure({ what, error, onRetry, line = false, top = false }: FailureProps) {
  const Heading = top ? 'h1' : 'h2';
  const denied = error.kind === 'problem' && error.status === 403;
  const limited = limitedForSeconds(error) !== null;
  const tone = limited ? 'warn' : 'bad';
  const heading = denied ? 'You may not see this' : limited ? 'Too many requests for now' : what;
  return (
    <div class={line ? `notice notice-${tone}` : 'empty'} role="alert">
      <Icon name={denied ? 'info' : tone} />
      {line ? <strong>{what}</strong> : <Heading>{heading}</Heading>}
      <span class={line ? 'notice-text' : 'empty-body'}>
        {limited ? <GoesOn error={error} onRetry={onRetry} /> : sentence(error)}
      </span>
      <span class="notice-actions">
        {error.kind === 'problem' && error.requestId ? (
          <span class="request-id">
            <code>{error.requestId}</code>
            <CopyButton text={error.requestId} label="Copy request id" />
          </span>
        ) : null}
        {denied ? null : (
          <Button small icon="refresh" onClick={onRetry}>
            Try again
          </Button>
        )}
      </span>
    </div>
  );
}

/** Counts down to when the server takes requests again, and then asks again by itself. */
function GoesOn({ error, onRetry }: Pick<FailureProps, 'error' | 'onRetry'>) {
  const [untilMs, setUntilMs] = useState(Number.POSITIVE_INFINITY);
  useEffect(() => setUntilMs(now() + (limitedForSeconds(error) ?? 0) * 1_000), [error]);
  const leftSeconds = Math.max(0, Math.ceil((untilMs - ticking.value) / 1_000));
  const isOver = leftSeconds === 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once when the time has come, by whoever draws then.
  useEffect(() => {
    if (isOver) onRetry();
  }, [isOver]);
  const reason = error.kind === 'problem' ? `${error.detail} ` : '';
  return (
    <>
      {reason}
      {/* Read out once, not every second. */}
      <span aria-live="off">{Number.isFinite(leftSeconds) ? `Goes on by itself in ${leftSeconds} s.` : ''}</span>
    </>
  );
}

interface NoticeProps {
  tone: 'info' | 'warn' | 'bad' | 'ok';
  children: ComponentChildren;
  action?: ComponentChildren;
}

const NOTICE_ICONS = { info: 'info', warn: 'warn', bad: 'bad', ok: 'check' } as const;

export function Notice({ tone, children, action }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} role="status">
      <Icon name={NOTICE_ICONS[tone]} />
      <span class="notice-text">{children}</span>
      {action === undefined ? null : <span class="notice-actions">{action}</span>}
    </div>
  );
}

/** Grey bars of the final size. Says so once to a screen reader. */
export function Skeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <div class="skeleton" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, i) => (
        <i key={i} />
      ))}
    </div>
  );
}
