import { type Env, parseConfig } from '../../src/env.ts';
import { referenceOf } from '../../src/fraud/identity.ts';
import { decryptAtRest, encryptAtRest, isUnderOldKey } from '../../src/shared/at-rest.ts';
import { log } from '../../src/shared/log.ts';
import type { MetaStore } from './meta-store.ts';

const KEY_BYTES = 32;

/**
 * The key that a project's identifiers are hashed with. It is made at first use and leaves the object in no form; at rest it is encrypted, anew
 * when the secret that it was encrypted with is no longer the first one.
 */
export class ProjectKey {
  readonly #env: Env;
  readonly #meta: MetaStore;
  #key: Uint8Array | null = null;

  constructor(env: Env, meta: MetaStore) {
    this.#env = env;
    this.#meta = meta;
  }

  referenceOf(...[kind, text]: [kind: Parameters<typeof referenceOf>[1], text: string]): string {
    this.#key ??= this.#load();
    return referenceOf(this.#key, kind, text);
  }

  /**
   * Encrypts it anew where that was done with an older secret. Every hour, so that a project that nobody calls does not lose its key, and with it
   * every reference, when that secret is retired. A key that cannot be opened is said and left as it is: putting the secret back mends it.
   */
  renew(): void {
    const stored = this.#meta.meta('references_key');
    if (stored === null || !isUnderOldKey(parseConfig(this.#env), stored)) return;
    try {
      this.#key = this.#load();
    } catch (cause) {
      log('error', 'references_key_unreadable', { cause: String(cause) });
    }
  }

  #load(): Uint8Array {
    const config = parseConfig(this.#env);
    const purpose = `fraud references ${this.#meta.meta('project_id')}`;
    const stored = this.#meta.meta('references_key');
    const key =
      stored === null ? crypto.getRandomValues(new Uint8Array(KEY_BYTES)) : decryptAtRest(config, purpose, stored);
    if (stored === null || isUnderOldKey(config, stored))
      this.#meta.setMeta('references_key', encryptAtRest(config, purpose, key));
    return key;
  }
}
