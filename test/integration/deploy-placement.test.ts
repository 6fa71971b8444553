/** Where the stores of a deployment are made: the real wrangler, against Cloudflare's API on loopback. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { placementOf, placementWords } from '../../scripts/deploy/placement.ts';
import { ensureBucket, ensureDatabase } from '../../scripts/deploy/stores.ts';
import { type CloudflareApi, startCloudflareApi } from '../helpers/node/cloudflare/api.ts';

let api: CloudflareApi;
beforeEach(async () => {
  api = await startCloudflareApi();
  for (const [name, value] of Object.entries(api.env)) vi.stubEnv(name, value);
  return async () => {
    vi.unstubAllEnvs();
    await api.stop();
  };
});

const anywhere = placementOf(null, null);
const inEurope = placementOf(null, 'eu');

describe('the stores of a deployment', () => {
  it('are made under the jurisdiction of wrangler.toml, and found under it', async () => {
    expect(await ensureDatabase('ops', inEurope)).toBe('made');
    expect(await ensureBucket('ops', inEurope)).toBe('made');
    const made = { name: 'ops', location: null, jurisdiction: 'eu' };
    expect([api.account.databases, api.account.buckets]).toMatchObject([[made], [made]]);
    expect(await ensureDatabase('ops', inEurope)).toBe('there');
    expect(await ensureBucket('ops', inEurope)).toBe('there');
    expect([api.account.databases.length, api.account.buckets.length]).toEqual([1, 1]);
  });

  it('are not taken from another jurisdiction, from which none can be moved', async () => {
    api.account.createDatabase('ops', null, null);
    await expect(ensureDatabase('ops', inEurope)).rejects.toThrow(
      'The database ops is there with no jurisdiction, and wrangler.toml has the jurisdiction eu.',
    );
    api.account.createDatabase('ops-eu', null, 'eu');
    await expect(ensureDatabase('ops-eu', anywhere)).rejects.toThrow('is there with the jurisdiction eu');
    expect(api.account.databases.length).toBe(2);
  });

  it('have a location or a jurisdiction: with both one of the two would mean nothing', () => {
    expect(() => placementOf('weur', 'eu')).toThrow(/--location does not go with jurisdiction = "eu"/);
    const weur = placementOf('weur', null);
    expect([placementWords('made', weur), placementWords('there', weur)]).toEqual([
      'made, location weur',
      'there, and stays where it was made: --location is for new ones',
    ]);
    expect([placementWords('there', inEurope), placementWords('made', anywhere)]).toEqual([
      'there, jurisdiction eu',
      'made',
    ]);
  });
});
