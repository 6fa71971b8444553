import * as z from 'zod';
import { factorProofSchemas } from './factors/index.ts';
import { MAX_PASSWORD_CHARS } from './password.ts';

/** ASCII, so that two names that look alike are alike; an e-mail address fits. */
const username = z.lazy(() =>
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@+-]{1,63}$/, 'must be 2 to 64 letters, digits or . _ @ + -'),
);
/** Checked for strength where it is set (password.ts); the bound here is for UTF-16 units of at most two a character. */
const password = z.lazy(() =>
  z.string().max(2 * MAX_PASSWORD_CHARS, `must have at most ${MAX_PASSWORD_CHARS} characters`),
);
const role = z.lazy(() => z.enum(['admin', 'analyst', 'viewer'], 'must be admin, analyst or viewer'));
const projectIds = z.lazy(() => z.array(z.string().min(1).max(64)).max(1_000).nullable());

export const setupSchema = z.lazy(() => z.strictObject({ password, username: username.default('admin') }));
export const loginSchema = z.lazy(() => z.strictObject({ username: z.string().max(256), password }));
export const passwordSchema = z.lazy(() => z.strictObject({ currentPassword: password, newPassword: password }));
export const stepUpSchema = z.lazy(() =>
  z.union(
    [z.strictObject({ password }), ...factorProofSchemas],
    'must have a password, a code, or a challenge and a credential',
  ),
);
export const createUserSchema = z.lazy(() =>
  z.strictObject({ username, password, role, projectIds: projectIds.default(null) }),
);
export const updateUserSchema = z.lazy(() =>
  z
    .strictObject({
      role: role.optional(),
      projectIds: projectIds.optional(),
      disabled: z.boolean().optional(),
      password: password.optional(),
      resetFactors: z.literal(true).optional(),
    })
    .refine((change) => Object.keys(change).length > 0, 'must name something to change')
    // Changes of their own in the audit, which are made or refused whatever else was wished for.
    .refine(
      (change) =>
        change.resetFactors === undefined ||
        Object.keys(change).every((name) => name === 'resetFactors' || name === 'password'),
      { path: ['resetFactors'], message: 'goes with no other change than that of the password' },
    ),
);

export type SetupInput = z.infer<typeof setupSchema>;
export type CreateUserInput = z.infer<typeof createUserSchema>;
export type UpdateUserInput = z.infer<typeof updateUserSchema>;
