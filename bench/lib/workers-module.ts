import { registerHooks } from 'node:module';

/**
 * Some measurements run parts of the Worker in Node, whose features import the runtime's module by their doors. What they measure calls nothing of it:
 * whoever does is told.
 */
const MODULE = `data:text/javascript,export const waitUntil = () => { throw new Error('there is no Workers runtime here'); };`;

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier === 'cloudflare:workers' ? { url: MODULE, shortCircuit: true } : nextResolve(specifier, context),
});
