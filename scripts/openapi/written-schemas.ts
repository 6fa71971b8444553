import * as z from 'zod';
import type { Schema } from './answers.ts';

/** Schemas of the code as JSON Schema. What one of them refers to within itself becomes a component, since references go from the root of the document. */
export class WrittenSchemas {
  readonly components: Record<string, Schema> = {};

  /** `name` is unique in the document. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output', name: string): Schema {
    const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    const nameOf = (definition: string) => `${name}${definition.replaceAll(/\W|_/g, '')}`;
    const placed = (value: unknown): Schema =>
      JSON.parse(
        JSON.stringify(value).replaceAll(
          /"#\/\$defs\/([^"]+)"/g,
          (_whole, definition: string) => `"#/components/schemas/${nameOf(definition)}"`,
        ),
      );
    for (const [definition, value] of Object.entries($defs)) this.components[nameOf(definition)] = placed(value);
    return placed(rest);
  }
}
