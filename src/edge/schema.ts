import * as z from 'zod';
import { MAX_PAGE_RULES } from '../wire/browser.ts';
import { ruleFault } from './page-rules.ts';

/** In one preview. */
const MAX_PREVIEWED = 200;
const MAX_PREVIEWED_CHARS = 2_048;

const pageRules = z.lazy(() =>
  z
    .array(
      z.string().superRefine((pattern, check) => {
        const fault = ruleFault(pattern);
        if (fault !== null) check.addIssue(fault);
      }),
    )
    .max(MAX_PAGE_RULES, `must have at most ${MAX_PAGE_RULES} rules`)
    .refine((rules) => new Set(rules).size === rules.length, 'must not have the same rule twice'),
);

export const changeRulesSchema = z.lazy(() =>
  z.strictObject({
    pageRules,
    bots: z.enum(['drop', 'keep']),
    version: z.int().min(0).nullable().default(null),
  }),
);

export const previewSchema = z.lazy(() =>
  z.strictObject({
    /** Left out: those of the project. */
    pageRules: pageRules.nullable().default(null),
    paths: z
      .array(z.string().max(MAX_PREVIEWED_CHARS, `must have at most ${MAX_PREVIEWED_CHARS} characters`))
      .max(MAX_PREVIEWED, `must have at most ${MAX_PREVIEWED} paths`),
  }),
);
