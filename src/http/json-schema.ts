// zod schemas as JSON Schema (draft 2020-12), and those with an id as components of the OpenAPI document. Two shapes
// under one id are an error, so that no XInput twins can arise.
import * as z from 'zod';

export type Json = { [key: string]: unknown };

export type Side = 'input' | 'output';

interface Converted {
  shape: Json;
  /** The schemas with an id that it refers to. */
  components: [id: string, shape: Json][];
}

// Most endpoints share most schemas: the Problem alone is answered by all of them.
const converted: Record<Side, WeakMap<z.ZodType, Converted>> = {
  input: new WeakMap(),
  output: new WeakMap(),
};

const jsonSchemaOf = (schema: z.ZodType, io: Side): Converted => {
  const known = converted[io].get(schema);
  if (known !== undefined) return known;
  // Wrapped, so that a schema with an id becomes a reference like any other.
  const { properties, $defs = {} } = z.toJSONSchema(z.object({ it: schema }), {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      for (const bound of ['minimum', 'maximum'] as const) {
        if (Math.abs(Number(jsonSchema[bound])) === Number.MAX_SAFE_INTEGER) delete jsonSchema[bound];
      }
      // Clients ignore fields they do not know, so an answer does not close its objects; a request does.
      if (io === 'output' && zodSchema._zod.def.type === 'object') delete jsonSchema.additionalProperties;
      delete jsonSchema.propertyNames;
      // zod takes it for one of the result where a schema transforms; ours is what is taken for nothing sent.
      const byDefault = z.globalRegistry.get(zodSchema)?.default;
      if (byDefault !== undefined) jsonSchema.default = byDefault;
    },
  });
  const made: Converted = {
    // A schema of an object is an object, and so is what is made from it.
    shape: relocate(properties?.it) as Json,
    components: Object.entries($defs).map(([id, definition]) => {
      const { id: _id, ...shape } = relocate(definition) as Json;
      return [id, shape];
    }),
  };
  converted[io].set(schema, made);
  return made;
};

/** zod puts definitions under #/$defs; here they are components. */
const relocate = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(relocate);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      key === '$ref' && typeof item === 'string'
        ? [key, item.replace('#/$defs/', '#/components/schemas/')]
        : [key, relocate(item)],
    ),
  );
};

/** Turns schemas into JSON Schema and gathers those that have an id. */
export const createComponents = () => {
  const schemas: Json = {};

  const convert = (schema: z.ZodType, io: Side): Json => {
    const { shape, components } = jsonSchemaOf(schema, io);
    for (const [id, definition] of components) addComponent(id, definition);
    return shape;
  };

  const addComponent = (id: string, shape: Json): void => {
    const known = schemas[id];
    // A shape that requests and answers share stays closed, as requests need it.
    const open = (value: unknown) => JSON.stringify(value).replaceAll(',"additionalProperties":false', '');
    if (known !== undefined && open(known) !== open(shape)) {
      throw new Error(
        `two shapes under the id ${id}: give the request's and the answer's schema a name each`,
      );
    }
    schemas[id] = JSON.stringify(known ?? '').length > JSON.stringify(shape).length ? known : shape;
  };

  return { schemas, convert };
};
