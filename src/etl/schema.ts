import * as z from 'zod';
import { CAST_TYPES } from './transform/cast.ts';
import { offsetMinutes } from './transform/clock-parts.ts';
import { MASK_HOWS } from './transform/mask.ts';
import { MAX_PATH_CHARS, parsePath } from './transform/path.ts';
import { MAX_TEMPLATE_CHARS, parseTemplate } from './transform/template.ts';
import { MAX_TIME_FORMAT_CHARS, timeReader } from './transform/timestamp.ts';

/** Each is done to each record: a hundred of them cost more than reading it. */
const MAX_TRANSFORMATIONS = 100;
const MAX_FIELDS = 200;
const MAX_VALUES = 200;
const MAX_VALUE_CHARS = 256;
const MAX_FORMATS = 10;

export const FIELD_TYPES = ['string', 'integer', 'number', 'boolean', 'object', 'array'] as const;
export const UNKNOWN_FIELDS = ['keep', 'drop', 'reject'] as const;

const path = z.lazy(() =>
  z
    .string()
    .max(MAX_PATH_CHARS)
    .refine((text) => parsePath(text) !== null, 'must be names with dots between them, such as attrs.status'),
);
/** Shown where the transformation fails, instead of its type. */
const label = z.lazy(() => z.string().trim().min(1).max(100).optional());

const format = z.lazy(() =>
  z
    .string()
    .max(MAX_TIME_FORMAT_CHARS)
    .superRefine((text, context) => {
      const reader = timeReader(text);
      if (typeof reader !== 'function') context.addIssue({ code: 'custom', message: reader.reason });
    }),
);

const transformationSchema = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('rename'), label, from: path, to: path }),
    z.strictObject({ type: z.literal('cast'), label, field: path, to: z.enum(CAST_TYPES) }),
    z.strictObject({ type: z.literal('drop'), label, field: path }),
    z.strictObject({ type: z.literal('mask'), label, field: path, how: z.enum(MASK_HOWS) }),
    z.strictObject({
      type: z.literal('derive'),
      label,
      field: path,
      template: z
        .string()
        .min(1)
        .max(MAX_TEMPLATE_CHARS)
        .refine((text) => parseTemplate(text) !== null, 'holds an opening brace without a path and a closing one'),
    }),
    z.strictObject({
      type: z.literal('timestamp'),
      label,
      field: path,
      /** Where the Unix milliseconds go. */
      to: path.default('ts'),
      formats: z.array(format).min(1).max(MAX_FORMATS),
      /** Of texts that name no zone. */
      timezone: z
        .string()
        .max(6)
        .refine((text) => offsetMinutes(text) !== null, 'must be Z or an offset such as +02:00')
        .default('Z'),
    }),
  ]),
);

const ruleSchema = z.lazy(() =>
  z.strictObject({
    field: path,
    type: z.enum(FIELD_TYPES).optional(),
    required: z.boolean().optional(),
    oneOf: z
      .array(z.union([z.string().max(MAX_VALUE_CHARS), z.number(), z.boolean()]))
      .min(1)
      .max(MAX_VALUES)
      .optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    maxLength: z.int().min(0).max(262_144).optional(),
  }),
);

export const etlSchemaSchema = z.lazy(() =>
  z.strictObject({
    transformations: z.array(transformationSchema).max(MAX_TRANSFORMATIONS).default([]),
    fields: z.array(ruleSchema).max(MAX_FIELDS).default([]),
    /** Of top-level fields that neither the envelope nor `fields` know. */
    unknownFields: z.enum(UNKNOWN_FIELDS).default('keep'),
  }),
);

export type EtlSchema = z.infer<typeof etlSchemaSchema>;
export type Transformation = EtlSchema['transformations'][number];
export type FieldRule = EtlSchema['fields'][number];
