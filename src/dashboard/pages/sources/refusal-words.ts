/** What a code of a refusal means, and what somebody who sees it for the first time does about it. */
export interface RefusalWords {
  what: string;
  todo: string;
}

const WORDS: Readonly<Record<string, RefusalWords>> = {
  key_missing: {
    what: 'No key was sent',
    todo: 'Add the key to the client’s settings: as a bearer token, a basic password or X-Api-Key.',
  },
  key_invalid: {
    what: 'The key is not valid',
    todo: 'Copy the whole key again, without spaces or line ends. A key of another deployment does not work here.',
  },
  key_revoked: {
    what: 'The key was revoked',
    todo: 'Create a new key and put it into the client’s settings.',
  },
  project_disabled: {
    what: 'The project is disabled',
    todo: 'An administrator can enable it again under Settings, Projects.',
  },
  scope_missing: {
    what: 'The key may not write this',
    todo: 'Create a key that may send this stream: a key for reading, or for other streams, cannot.',
  },
  origin_refused: {
    what: 'The page’s origin is not allowed',
    todo: 'Create a browser key that lists the origin of the page, with its scheme and port.',
  },
  key_in_url: {
    what: 'The key may not be in a URL',
    todo: 'Send it in a header, or use a key that can only send.',
  },
  invalid_input: {
    what: 'A parameter is not valid',
    todo: 'Compare the URL and its parameters with the settings below.',
  },
  malformed_body: {
    what: 'The body could not be read',
    todo: 'The client sends another format than this address takes: compare the path with the settings below.',
  },
  body_too_large: { what: 'The body is too large', todo: 'Make the client’s batches smaller.' },
  too_many_records: { what: 'Too many records in one request', todo: 'Make the client’s batches smaller.' },
  encoding_unknown: { what: 'The compression is not known', todo: 'Use gzip, deflate, br or zstd, or none.' },
  encoding_broken: {
    what: 'The body does not decompress',
    todo: 'Content-Encoding must name the compression that was used, and a proxy between must not change the body.',
  },
  unsupported_media_type: {
    what: 'The content type is not known',
    todo: 'OTLP comes as application/json or application/x-protobuf.',
  },
  schema_not_found: {
    what: 'There is no such schema',
    todo: 'Name a version that the project has as schemaVersion, or none for the newest.',
  },
  stream_cut: {
    what: 'The stream was cut off',
    todo: 'Send the whole again with the same Idempotency-Key: it goes on where it broke off.',
  },
  body_cut: {
    what: 'The body was cut off',
    todo: 'The connection ended early: look at timeouts of the client and of proxies between.',
  },
  idempotency_key_reused: {
    what: 'An Idempotency-Key came with another body',
    todo: 'Each batch needs an Idempotency-Key of its own; only a repeat of the same bytes may carry it again.',
  },
  idempotency_key_missing: { what: 'An Idempotency-Key is needed', todo: 'Send one with each batch.' },
  idempotency_key_in_use: {
    what: 'The first request with this Idempotency-Key still runs',
    todo: 'Nothing: the client asks again.',
  },
  backlog_full: {
    what: 'The store is behind',
    todo: 'Nothing at the client: it sends again by itself. An operator looks at the status of D1.',
  },
  journal_away: { what: 'The journal did not answer', todo: 'Nothing at the client: it sends again by itself.' },
  rate_limited: {
    what: 'Too many requests in a minute',
    todo: 'Send fewer and larger batches, or raise the project’s rate.',
  },
  quota_exceeded: { what: 'The quota is used up', todo: 'Raise the quota, or wait until it starts anew.' },
};

export function refusalWords(code: string): RefusalWords {
  // Not every name is one of ours: `constructor` is none of the table.
  const known = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
  return known ?? { what: code.replaceAll('_', ' '), todo: 'The documentation of the code says more.' };
}

/** Where the documentation explains a code; the same address as in the answer that the client got. */
export function refusalDocs(code: string): string {
  return `https://breakwater.dev/errors#${encodeURIComponent(code)}`;
}

/** Reasons that are no fault of a record. */
const OWN_REASONS: Readonly<Record<string, RefusalWords>> = {
  bot: {
    what: 'A crawler sent it',
    todo: 'Nothing: crawlers are no users. To keep what they send, change it under Settings, Browser.',
  },
  'sdk_lost:queue': {
    what: 'A page had more to send than its queue holds',
    todo: 'Send less in a burst, or a sample of the sessions.',
  },
  'sdk_lost:size': { what: 'A page had a record that was too large to send', todo: 'Make the record smaller.' },
  'sdk_lost:age': {
    what: 'A page could not send for too long',
    todo: 'Nothing: the browser was offline, or something in it blocks what pages send.',
  },
  'sdk_lost:refused': {
    what: 'A page gave up what was refused',
    todo: 'Look at the refusals of this key: its origins, its rate and its quota.',
  },
  'sdk_lost:repeated': {
    what: 'A page told the same error again',
    todo: 'Nothing: of each page view the first one is stored.',
  },
  'sdk_lost:flood': {
    what: 'A page had more than fifty different errors in one view',
    todo: 'Look at those that are stored: the page is broken in one way.',
  },
  'sdk_lost:internal': {
    what: 'A page made a record that cannot be sent',
    todo: 'Look at what the page tracks: it must be JSON.',
  },
  'sdk_lost:other': { what: 'A page lost records', todo: 'The SDK gave a reason that is not known here.' },
};

/** Why records were rejected: a field (`/ts`), or what a line was not. */
export function rejectionWords(reason: string): RefusalWords {
  if (reason === '(other)') {
    return { what: 'Other reasons', todo: 'There are more than are told apart: the answers to the client list them.' };
  }
  const own = Object.hasOwn(OWN_REASONS, reason) ? OWN_REASONS[reason] : undefined;
  if (own) return own;
  if (reason.startsWith('/')) {
    return {
      what: `The field ${reason.slice(1)} is not valid`,
      todo: `The answer to the client says what ${reason.slice(1)} must be, for each record.`,
    };
  }
  const what = reason.startsWith('is ') ? `The record ${reason}` : reason.charAt(0).toUpperCase() + reason.slice(1);
  return { what, todo: 'The answer to the client lists the records that it concerns.' };
}
