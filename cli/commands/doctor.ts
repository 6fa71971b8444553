import type { Client } from '../client.ts';
import type { Command, Run } from '../command.ts';
import { lookAtData, lookAtLimits, lookAtWebhooks } from '../doctor/data.ts';
import { lookAtDeployment } from '../doctor/deployment.ts';
import { type Finding, fail, skipped } from '../doctor/finding.ts';
import { lookHere } from '../doctor/here.ts';
import { lookAtClock, lookAtKey } from '../doctor/key.ts';
import { lookAtStores, lookForServer } from '../doctor/reach.ts';
import { lookAtSocket } from '../doctor/socket.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { mayAdminister, mayQuery } from '../key-claims.ts';
import { safeText } from '../terminal/safe-text.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'Looks for what is wrong between here and the deployment, and says what to do',
  notes: `Looks at the configuration, the way there, the version, the stores, the clock, the key, the live socket, what arrives and what is turned
away, limits, webhooks, and with a key of scope admin at the jobs, the notices, the database and the trail. Changes nothing.
The code is 0 also with warnings; 4 where nothing answers, 3 where the key is not taken, 1 where anything else fails.`,
  examples: ['breakwater doctor', 'breakwater doctor --json | jq \'.findings[] | select(.state != "ok")\''],
  run: examine,
};

async function examine({ out, client, environment }: Run): Promise<ExitCode> {
  const target = client();
  const findings: Finding[] = [];
  const tell = async (...found: Finding[]) => {
    findings.push(...found);
    if (!out.json) for (const one of found) await tellOne(out, one);
  };
  await tell(...lookHere(environment, target));
  out.status('looking for the deployment …');
  const reach = await lookForServer(target);
  await tell(...reach);
  if (reach.every(({ state }) => state !== 'fail')) {
    await look('stores', tell, () => lookAtStores(target));
    if (target.hasKey) await lookWithKey(target, tell);
    else await tell(fail('key', `there is none for ${target.url}`, `breakwater login ${target.url}`, EXIT.notAllowed));
  }
  const failed = findings.filter(({ state }) => state === 'fail');
  const warned = findings.filter(({ state }) => state === 'warn').length;
  if (out.json) await out.data({ url: target.url, findings });
  else if (failed.length + warned === 0) await out.line(out.paint('green', 'Nothing is wrong.'));
  else await out.line(`${failed.length} failed, ${warned} to look at.`);
  return failed.length === 0
    ? EXIT.ok
    : (failed.find(({ exitCode }) => exitCode !== undefined)?.exitCode ?? EXIT.failed);
}

async function lookWithKey(client: Client, tell: (...found: Finding[]) => Promise<void>): Promise<void> {
  const key = await lookAtKey(client);
  await tell(...key);
  if (key.some(({ state }) => state === 'fail')) return;
  await look('clock', tell, async () => [await lookAtClock(client)]);
  if (!mayQuery(client.claims)) {
    await tell(skipped('data, limits, live, webhooks', 'the key has not the scope query'));
    return;
  }
  const nowMs = Date.now();
  await look('live', tell, async () => [await lookAtSocket(client)]);
  await look('data', tell, () => lookAtData(client, nowMs));
  await look('limits', tell, () => lookAtLimits(client));
  await look('webhooks', tell, () => lookAtWebhooks(client));
  if (mayAdminister(client.claims)) await look('deployment', tell, () => lookAtDeployment(client, nowMs));
  else await tell(skipped('jobs, notices, database, audit', 'the key has not the scope admin'));
}

/** One look that fails is a finding, and no reason not to take the next. */
async function look(
  what: string,
  tell: (...found: Finding[]) => Promise<void>,
  find: () => Promise<Finding[]>,
): Promise<void> {
  try {
    await tell(...(await find()));
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode === EXIT.interrupted) throw error;
    await tell(fail(what, error.message, error.details.hint ?? "Try again; the Worker's log says more."));
  }
}

const MARKS = {
  ok: { text: 'ok     ', style: 'green' },
  warn: { text: 'warning', style: 'yellow' },
  fail: { text: 'FAILED ', style: 'red' },
  skipped: { text: 'skipped', style: 'dim' },
} as const;

async function tellOne(out: Run['out'], { what, state, detail, fix }: Finding): Promise<void> {
  const { text, style } = MARKS[state];
  await out.line(`${out.paint(style, text)}  ${what}: ${safeText(detail)}`);
  if (fix !== undefined) await out.line(`         ${safeText(fix)}`);
}
