import type { Command } from '../command.ts';
import { readConfig, writeConfig } from '../config.ts';
import { usageError } from '../exit.ts';
import { readKeyClaims } from '../key-claims.ts';

const list: Command = {
  name: 'profiles list',
  summary: 'Lists the stored deployments',
  async run({ out, environment }) {
    const { current, profiles } = readConfig(environment);
    const items = Object.entries(profiles).map(([name, { url, key }]) => {
      const claims = readKeyClaims(key);
      return {
        name,
        url,
        current: name === current,
        projectId: claims?.projectId ?? null,
        scopes: claims?.scopes ?? [],
      };
    });
    if (out.json) await out.data({ items });
    else
      await out.table(
        ['', 'PROFILE', 'ADDRESS', 'PROJECT', 'SCOPES'],
        items.map((item) => [
          ...[item.current ? '*' : ' ', item.name, item.url, item.projectId ?? '?', item.scopes.join(', ')],
        ]),
      );
    return undefined;
  },
};

const use: Command = {
  name: 'profiles use',
  summary: 'Makes a stored deployment the current one',
  takes: '<name>',
  least: 1,
  async run({ input, out, environment }) {
    const config = readConfig(environment);
    const [name = ''] = input.arguments;
    const profile = config.profiles[name];
    if (profile === undefined)
      throw usageError(
        `There is no profile "${name}".`,
        `There are: ${Object.keys(config.profiles).join(', ') || 'none'}.`,
      );
    writeConfig(environment, { ...config, current: name });
    if (out.json) await out.data({ name, url: profile.url });
    else await out.line(`Now ${profile.url}.`);
    return undefined;
  },
};

export const profileCommands: readonly Command[] = [list, use];
