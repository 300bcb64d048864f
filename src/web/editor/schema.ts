// What a scenario's JSON Schema says of one place of a document: alternatives are told apart by the fields that are there already
// (`process: onoff` leaves one kind of arrivals).

export interface Schema {
  readonly type?: string;
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number)[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Scalars of one mapping, by field. */
export type Fields = Readonly<Record<string, unknown>>;

/** A step down: a field of a mapping that holds these scalars, or an element of a list. */
export type Step = { readonly field: string; readonly among: Fields } | 'element';

/** Every alternative, none of which has alternatives of its own; a description passes to those that have none. */
export function alternatives(schema: Schema): Schema[] {
  const inner = schema.anyOf ?? schema.oneOf;
  if (inner === undefined) return [schema];
  const { description } = schema;
  return inner.flatMap(alternatives).map((one) => ({ ...(description === undefined ? {} : { description }), ...one }));
}

const constantsOf = (schema: Schema): [string, unknown][] =>
  Object.entries(schema.properties ?? {}).flatMap(([field, { const: value }]): [string, unknown][] =>
    value === undefined ? [] : [[field, value]],
  );

/** The mappings that may hold these fields; all of them where none fits. */
export function mappings(schemas: readonly Schema[], among: Fields): Schema[] {
  const all = schemas.flatMap(alternatives).filter(({ properties }) => properties !== undefined);
  const fit = all.filter((one) =>
    constantsOf(one).every(([field, value]) => !Object.hasOwn(among, field) || among[field] === value),
  );
  return fit.length > 0 ? fit : all;
}

export function descend(schema: Schema, steps: readonly Step[]): Schema[] {
  return steps.reduce<Schema[]>(
    (here, step) =>
      step === 'element'
        ? here.flatMap(alternatives).flatMap(({ items }) => (items === undefined ? [] : [items]))
        : mappings(here, step.among).flatMap(({ properties }) => {
            const next = Object.hasOwn(properties!, step.field) ? properties![step.field] : undefined;
            return next === undefined ? [] : [next];
          }),
    [schema],
  );
}

/** What a value may be, where it is one of few: constants, enumerations, true and false. */
export function valuesOf(schema: Schema): string[] {
  if (schema.const !== undefined) return [String(schema.const)];
  if (schema.enum !== undefined) return schema.enum.map(String);
  return schema.type === 'boolean' ? ['true', 'false'] : [];
}
