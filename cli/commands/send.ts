import { STREAMS } from '../../src/wire/record.ts';
import type { Command, Run } from '../command.ts';
import { stateDir } from '../config.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { maySend } from '../key-claims.ts';
import { FORMATS, type Format } from '../send/format.ts';
import { forgetOldPlaces } from '../send/place.ts';
import { Progress } from '../send/progress.ts';
import { sendSource } from '../send/send-source.ts';
import { findSources } from '../send/sources.ts';
import { sumOf, type Totals } from '../send/totals.ts';
import { safeText } from '../terminal/safe-text.ts';
import { spanWords } from '../time.ts';

const MAX_BATCH_RECORDS = 50_000;
const GIVE_UP_AFTER_MS = 5 * 60_000;

export const send: Command = {
  name: 'send',
  summary: 'Sends files or the standard input, each record stored once',
  takes: '[file]…',
  most: 100_000,
  options: {
    format: { value: '<format>', choices: FORMATS, help: 'what the data are (auto)' },
    stream: { value: '<stream>', choices: STREAMS, help: 'of records that name none (logs)' },
    service: { value: '<name>', help: 'of records that name none' },
    'batch-records': { value: '<n>', help: 'in one request at most (5000)' },
    concurrency: { value: '<n>', help: 'requests at once (1); with more, records without a time may change places' },
    again: { help: 'sends files from their beginning, also what was sent before' },
    'give-up-after': { value: '<span>', help: 'without an answer (5m)' },
  },
  notes: `auto takes a file that begins as an array or as a pretty-printed object as JSON; else line by line, an object as the record that it is and
anything else as a message. Files, and what is piped, may be gzip. A pattern in quotes is expanded here: 'logs/**/*.ndjson'.

Overload and lost connections are waited out. A sending that was stopped goes on when the same command is run again, and a file that has grown
since is sent from where it ended; nothing is stored twice (docs/cli.md). A last line without a line break is sent too, when nothing has come to it
for 5 seconds. The standard input is sent as often as it is piped.
The code is 5 where records were rejected. Needs a key with the scope ingest.`,
  examples: [
    'breakwater send app.log --service checkout',
    "breakwater send 'logs/**/*.ndjson.gz' --concurrency 4",
    'kubectl logs -f deploy/api | breakwater send --service api',
  ],
  run: sendFiles,
};

async function sendFiles({ input, out, client, environment, signal }: Run): Promise<ExitCode> {
  const target = client();
  if (!maySend(target.claims)) {
    const hint = 'Log in with a key that has the scope ingest.';
    throw new CliError(EXIT.notAllowed, 'The key may not send.', { hint });
  }
  const sources = await findSources(input.arguments, process.stdin);
  const sizes = sources.map(({ sizeBytes, isGzip }) => (isGzip ? null : sizeBytes));
  const total = sizes.includes(null) ? null : sizes.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  const options = {
    ...{ client: target, stateDir: stateDir(environment), progress: new Progress(out, total) },
    ...{ stream: input.text('stream'), service: input.text('service'), again: input.has('again') },
    format: (input.text('format') ?? 'auto') as Format,
    batchRecords: input.wholeNumber('batch-records', 1, MAX_BATCH_RECORDS) ?? 5_000,
    concurrency: input.wholeNumber('concurrency', 1, 32) ?? 1,
    giveUpAfterMs: input.spanMs('give-up-after') ?? GIVE_UP_AFTER_MS,
  };
  forgetOldPlaces(options.stateDir, Date.now());
  const startedMs = performance.now();
  const sent: { name: string; totals: Totals }[] = [];
  for (const source of sources) {
    try {
      sent.push({ name: source.name, totals: await sendSource(source, options) });
    } catch (error) {
      if (signal.aborted && source.file !== null) out.note('Stopped. The same command goes on where it stopped.');
      throw error;
    }
  }
  const all = sumOf(sent.map(({ totals }) => totals));
  if (out.json) await out.data({ ...all, files: sent.map(({ name, totals }) => ({ file: name, ...totals })) });
  else await tell(out, sent, all, performance.now() - startedMs);
  return all.rejected > 0 ? EXIT.rejected : EXIT.ok;
}

async function tell(
  out: Run['out'],
  sent: readonly { name: string; totals: Totals }[],
  all: Omit<Totals, 'errors'>,
  tookMs: number,
): Promise<void> {
  for (const { name, totals } of sent) {
    for (const { record, pointer, reason } of totals.errors)
      out.note(safeText(`${name}, record ${record}: ${pointer} ${reason}`));
    if (totals.errors.length < totals.rejected && totals.errors.length > 0)
      out.note(`${name}: and ${totals.rejected - totals.errors.length} more that were rejected.`);
  }
  const extra = [
    ...(all.duplicate > 0 ? [`${all.duplicate} known already`] : []),
    ...(all.rejected > 0 ? [out.paint('red', `${all.rejected} rejected`)] : []),
    ...(all.sentBefore > 0 ? [`${all.sentBefore} of them by an earlier run`] : []),
  ];
  const files = sent.length === 1 ? '' : ` of ${sent.length} files`;
  if (all.received === 0) await out.line(`Nothing new${files}: everything was sent before, or there is nothing.`);
  else await out.line(`${[`${all.stored} records${files} stored`, ...extra].join(', ')}, in ${spanWords(tookMs)}.`);
}
