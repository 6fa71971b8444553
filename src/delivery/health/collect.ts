import type { Ctx } from '../../env.ts';
import type { DestinationHealth } from '../../wire/delivery.ts';
import { asked, type OpenDestination } from '../object.ts';
import type { Told } from './summary.ts';

/** An object answers from its memory and some rows: milliseconds. One that takes longer is in trouble, and whoever asks is a monitor with a limit of its own. */
export const HEALTH_PATIENCE_MS = 2_000;

/** Asks all at once. Whoever does not answer in time is named, and in the log. */
export async function tellOf(ctx: Ctx, open: OpenDestination, ids: readonly string[]): Promise<Told> {
  const told = await Promise.all(
    ids.map(async (id): Promise<DestinationHealth | string> => {
      const health = await asked(ctx, id, 'health', () => inTime(open(ctx, id).health()));
      return health.ok ? health.value : id;
    }),
  );
  return {
    destinations: told.filter((one) => typeof one !== 'string'),
    unknown: told.filter((one) => typeof one === 'string'),
  };
}

export async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${HEALTH_PATIENCE_MS} ms`)), HEALTH_PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
