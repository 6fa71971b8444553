/** `npm run cost`: a month's bill for figures of one's own, from the counted operations of a GB and Cloudflare's list prices. */
import { parseArgs } from 'node:util';
import { amounts, bill, type Keeping, keepingOf, monthly, total } from './cost/bill.ts';
import { MEASURED, type Workload } from './cost/measured.ts';
import { type Operations, scaled, sum, withRecords } from './cost/operations.ts';
import { PLAN_DOLLARS_A_MONTH, PRICES } from './cost/prices.ts';
import { runMain, Stop } from './lib/stop.ts';

const HELP = `What a month costs, by the operations that "npm run bench -- cost" counted and the list prices in scripts/cost/prices.ts.

  npm run cost -- [flags]

  --gb <n>           ingested a month, as sent, before compression (25)
  --records <n>      records in a request (500); fewer make more requests, calls and rows
  --hot-days <n>     in the database (30)
  --archive-months <n>  in R2 after that (84, the default retention)
  --kind <name>      ${Object.keys(MEASURED.workloads).join(' or ')} (payments): how well records pack
  --busy-objects <n> objects that are never idle all month long (0): at 12.50 dollars a million GB-s each
  --help             this text
`;

await runMain(async () => {
  const { values } = read();
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const gb = number('--gb', values.gb ?? '25');
  const workload = MEASURED.workloads[values.kind ?? 'payments'];
  if (!workload) throw new Stop(`--kind must be ${Object.keys(MEASURED.workloads).join(' or ')}.`);
  const keeping: Keeping = {
    ...keepingOf(
      number('--hot-days', values['hot-days'] ?? '30'),
      number('--archive-months', values['archive-months'] ?? '84'),
    ),
    d1LimitBytes: MEASURED.databaseFullBytes,
  };
  const records = number('--records', values.records ?? String(MEASURED.recordsPerRequest));
  if (records < 1) throw new Stop('--records must be at least 1.');
  print(month(workload, gb, records, number('--busy-objects', values['busy-objects'] ?? '0')), keeping, gb);
});

/** Operations of a month: what depends on bytes, what depends on requests, what objects take that are never idle, and cron. */
function month(workload: Workload, gb: number, recordsPerRequest: number, busyObjects: number): Operations {
  const perGb = withRecords(workload.perGb, MEASURED.recordsPerRequest, recordsPerRequest);
  const busy = { ...scaled(perGb, 0), objectActiveMs: busyObjects * 30 * 86_400_000 };
  return sum(sum(scaled(perGb, gb), busy), MEASURED.cronMonth);
}

function print(operations: Operations, keeping: Keeping, gb: number): void {
  const amount = amounts(operations, keeping);
  for (const { metric, amount: billed, dollars } of bill(amount, true)) {
    const { what, unit, included } = PRICES[metric];
    const count = Math.round(billed).toLocaleString('en-US');
    console.log(
      `${what.padEnd(30)}${count.padStart(18)} ${unit.padEnd(11)}$${dollars.toFixed(2).padStart(9)}${billed <= included ? '  included' : ''}`,
    );
  }
  console.log(`${'the plan'.padEnd(60)}$${PLAN_DOLLARS_A_MONTH.toFixed(2).padStart(9)}`);
  console.log(`${'a month'.padEnd(60)}$${monthly(amount).toFixed(2).padStart(9)}`);
  const index = operations.d1IndexBytes * (keeping.hotMonths + keeping.archivedMonths);
  if (index > MEASURED.databaseFullBytes)
    console.log(
      `\nThis does not fit: index rows alone come to ${(index / 1e9).toFixed(1)} GB in the end, and one deployment has one database of 10 GB (docs/sizing.md).`,
    );
  const beside = total(bill(amount, true)) / gb;
  console.log(
    `\nA GB of it: $${(monthly(amount) / gb).toFixed(4)} with the plan, $${beside.toFixed(4)} without; counted ${MEASURED.at}.`,
  );
}

function number(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0 && (flag !== '--gb' || value > 0)) return value;
  throw new Stop(`${flag} must be a number, and no negative one.`);
}

function read() {
  try {
    return parseArgs({
      options: {
        gb: { type: 'string' },
        records: { type: 'string' },
        'hot-days': { type: 'string' },
        'archive-months': { type: 'string' },
        kind: { type: 'string' },
        'busy-objects': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new Stop(
      `${error instanceof Error ? error.message.split('\n')[0] : error} "npm run cost -- --help" lists the flags.`,
    );
  }
}
