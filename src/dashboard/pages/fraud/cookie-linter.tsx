import { useState } from 'preact/hooks';
import type { CookieLint, LintedCookie } from '../../../wire/cookies.ts';
import { lintCookies } from '../../api/fraud-cookies.ts';
import type { ApiError } from '../../api/http.ts';
import { Button } from '../../components/button.tsx';
import { Check, Field, TextField } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { Notice } from '../../components/states.tsx';
import { fieldReason, isPlaced, sentence } from '../../lib/errors.ts';
import { dateTime, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';

const EXAMPLE = '__Host-sid=abc; Path=/; Secure; HttpOnly; SameSite=Lax';
const PLACES = ['/setCookie', '/url'];

/** Says what a browser does with a `Set-Cookie` line. */
export function CookieLinter({ project }: { project: string }) {
  const [header, setHeader] = useState('');
  const [url, setUrl] = useState('https://www.example.com/');
  const [thirdParty, setThirdParty] = useState(false);
  const [busy, setBusy] = useState(false);
  const [results, setResults] = useState<readonly CookieLint[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await lintCookies(project, { setCookie: linesOf(header), url: url.trim(), thirdParty });
    setBusy(false);
    setResults(answer.ok ? answer.value.items : null);
    setError(answer.ok ? null : answer.error);
  };
  return (
    <section class="card panel fraud-linter" aria-label="Set-Cookie linter">
      <h2>What a browser does with Set-Cookie</h2>
      <form onSubmit={(event) => void submit(event)}>
        <Field label="Set-Cookie, one a line" error={fieldReason(error, '/setCookie')}>
          {(ids) => (
            <textarea
              {...ids}
              class="input input-area"
              rows={3}
              value={header}
              spellcheck={false}
              placeholder={EXAMPLE}
              onInput={(event) => setHeader(event.currentTarget.value)}
            />
          )}
        </Field>
        <TextField label="URL that sets it" value={url} onInput={setUrl} error={fieldReason(error, '/url')} />
        <Check
          label="Within a page of another site (a frame, an image, a fetch)"
          checked={thirdParty}
          onChange={setThirdParty}
        />
        <div>
          <Button type="submit" kind="primary" busy={busy} disabled={header.trim() === '' || url.trim() === ''}>
            Check
          </Button>
        </div>
      </form>
      {error && !isPlaced(error, PLACES) ? <Notice tone="bad">{sentence(error)}</Notice> : null}
      <div role="status" class="fraud-lints">
        {(results ?? []).map((result, i) => (
          <Result key={`${i} ${result.setCookie}`} result={result} isOne={results?.length === 1} />
        ))}
      </div>
    </section>
  );
}

/** One cookie a line. Who copies from a trace takes the field's name along. */
function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/^set-cookie:\s*/i, ''))
    .filter((line) => line !== '');
}

const OUTCOMES = {
  stored: { icon: 'check', text: 'The browser stores it', tone: 'ok' },
  expired: { icon: 'info', text: 'The browser deletes the cookie of this name: it has expired', tone: 'warn' },
  ignored: { icon: 'bad', text: 'The browser ignores it', tone: 'bad' },
} as const;

function Result({ result, isOne }: { result: CookieLint; isOne: boolean }) {
  const { outcome, reason, cookie, warnings } = result;
  const { icon, text, tone } = OUTCOMES[outcome];
  return (
    <div class="fraud-lint">
      {isOne ? null : (
        <code class="clip fraud-ref" dir="auto" title={result.setCookie}>
          {result.setCookie}
        </code>
      )}
      <p class={`fraud-lint-outcome lint-${tone}`}>
        <Icon name={icon} />
        <strong>{text}</strong>
      </p>
      {reason ? <p dir="auto">{reason.detail}</p> : null}
      {cookie && outcome !== 'ignored' ? (
        <ul class="fraud-lint-words">
          {cookieWords(cookie).map((words) => (
            <li key={words} dir="auto">
              {words}
            </li>
          ))}
        </ul>
      ) : null}
      {warnings.length > 0 ? (
        <>
          <h3>Worth a thought</h3>
          <ul class="fraud-lint-words">
            {warnings.map(({ code, detail }) => (
              <li key={`${code} ${detail}`} dir="auto">
                {detail}
              </li>
            ))}
          </ul>
        </>
      ) : outcome === 'stored' ? (
        <p class="faint">Nothing else to say about it.</p>
      ) : null}
    </div>
  );
}

function cookieWords(cookie: LintedCookie): string[] {
  const {
    name,
    bytes,
    domain,
    hostOnly,
    path,
    expiresAtMs,
    secure,
    httpOnly,
    sameSite,
    sameSiteByDefault,
    partitioned,
  } = cookie;
  return [
    `Named ${name === '' ? '(nothing)' : name}, ${bytes} bytes with its value.`,
    hostOnly ? `Sent to ${domain} alone.` : `Sent to ${domain} and all its subdomains.`,
    path === '/' ? 'Sent for every path.' : `Sent for paths under ${path}.`,
    expiresAtMs === null
      ? 'Kept until the browser ends.'
      : `Kept until ${dateTime(expiresAtMs)}, ${relative(expiresAtMs, now())}.`,
    secure ? 'Sent over HTTPS only.' : 'Sent over plain HTTP too.',
    httpOnly ? 'Not readable by scripts.' : 'Readable by scripts of the page.',
    SAME_SITE[sameSite] + (sameSiteByDefault ? ' That is the default: the line does not say.' : ''),
    ...(partitioned ? ['Kept apart for each site that embeds it.'] : []),
  ];
}

const SAME_SITE = {
  Strict: 'Sent only from pages of its own site.',
  Lax: 'Sent from its own site, and when a link of another one leads to it.',
  None: 'Sent from pages of every site.',
} as const;
