import { Client } from '../client.ts';
import type { Command } from '../command.ts';
import { readConfig, writeConfig } from '../config.ts';
import { usageError } from '../exit.ts';

export const logout: Command = {
  name: 'logout',
  summary: 'Forgets a stored deployment and its key',
  options: { revoke: { help: 'also ends the key itself (it needs the scope admin)' } },
  async run({ input, out, environment, signal }) {
    const config = readConfig(environment);
    const name = input.text('profile') ?? config.current;
    const profile = config.profiles[name];
    if (profile === undefined) throw usageError(`There is no profile "${name}".`);
    if (input.has('revoke')) {
      const client = new Client({ ...profile, source: `the profile "${name}"` }, signal);
      const { projectId, id } = client.claims;
      await client.change('DELETE', `/api/projects/${encodeURIComponent(projectId)}/keys/${id}`);
    }
    delete config.profiles[name];
    if (config.current === name) config.current = Object.keys(config.profiles)[0] ?? name;
    writeConfig(environment, config);
    if (out.json) await out.data({ profile: name, revoked: input.has('revoke') });
    else await out.line(`Forgotten: ${profile.url}, profile "${name}".`);
    return undefined;
  },
};
