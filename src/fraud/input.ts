import * as z from 'zod';
import { type Metadata, REFERENCE_TYPES } from '../wire/fraud.ts';
import { MAX_IDENTIFIER_CHARS } from '../wire/limits.ts';

export const MAX_METADATA_BYTES = 4_096;
export const MAX_METADATA_MEMBERS = 20;
/** Of objects and lists in metadata: it is kept in a record, whose attributes may be 16 deep. */
const MAX_METADATA_DEPTH = 6;

/** No control characters: an id goes into messages, logs and file names. */
const identifier = (most = MAX_IDENTIFIER_CHARS) =>
  z
    .string()
    .min(1)
    .max(most)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .regex(/^[^\u0000-\u001f\u007f]+$/, 'has control characters')
    .refine((text) => text.isWellFormed(), 'is not well-formed Unicode');

/** What the customer's server saw of its end user's client. */
const client = z.lazy(() =>
  z
    .strictObject({
      address: z.string().max(64).nullish(),
      userAgent: z.string().max(1_024).nullish(),
      country: z
        .string()
        .regex(/^[A-Za-z]{2}$/, 'must be two letters (ISO 3166-1)')
        .nullish(),
      latitude: z.number().min(-90).max(90).nullish(),
      longitude: z.number().min(-180).max(180).nullish(),
    })
    .refine(({ latitude, longitude }) => (latitude ?? null) === null || (longitude ?? null) !== null, {
      path: ['longitude'],
      message: 'is missing beside latitude',
    })
    .refine(({ latitude, longitude }) => (longitude ?? null) === null || (latitude ?? null) !== null, {
      path: ['latitude'],
      message: 'is missing beside longitude',
    }),
);
export type SaidClient = z.infer<typeof client>;

const metadata = z.lazy(() =>
  z
    .record(z.string().max(64), z.unknown())
    .refine(
      (object) => Object.keys(object).length <= MAX_METADATA_MEMBERS,
      `has more than ${MAX_METADATA_MEMBERS} members`,
    )
    .refine((object) => depthOf(object) <= MAX_METADATA_DEPTH, `is nested deeper than ${MAX_METADATA_DEPTH} levels`)
    .refine(
      (object) => Buffer.byteLength(JSON.stringify(object)) <= MAX_METADATA_BYTES,
      `has more than ${MAX_METADATA_BYTES} bytes as JSON`,
    )
    .transform((object) => object as Metadata),
);

export const loginSchema = z.lazy(() =>
  z.strictObject({
    userId: identifier(),
    deviceId: identifier().nullish(),
    embedded: z.boolean().nullish(),
    client: client.nullish(),
  }),
);

export const eventSchema = z.lazy(() =>
  z.strictObject({
    userId: identifier().nullish(),
    eventType: identifier(64),
    amountCents: z.int().min(0).nullish(),
    gateway: identifier(64).nullish(),
    success: z.boolean().nullish(),
    metadata: metadata.nullish(),
    client: client.nullish(),
  }),
);

export const registerSchema = z.lazy(() =>
  z.strictObject({
    userId: identifier(),
    references: z
      .strictObject(Object.fromEntries(REFERENCE_TYPES.map((type) => [type, identifier(320).nullish()])))
      .refine((named) => Object.values(named).some((text) => text != null), 'names none of phone, email, device'),
  }),
);

export const revokeSchema = z.lazy(() => z.strictObject({ userId: identifier() }));

export const lookupSchema = z.lazy(() =>
  z
    .strictObject({
      phone: identifier(320).nullish(),
      email: identifier(320).nullish(),
      device: identifier(320).nullish(),
      minAccounts: z.int().min(1).max(1_000).nullish(),
    })
    .refine(
      (named) => REFERENCE_TYPES.filter((type) => named[type] != null).length === 1,
      'must name one of phone, email, device',
    ),
);

function depthOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  let deepest = 0;
  for (const item of Object.values(value)) deepest = Math.max(deepest, depthOf(item));
  return deepest + 1;
}
