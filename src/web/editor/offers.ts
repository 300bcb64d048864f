// What can be written at the cursor: names of fields that are not there yet, and values where the schema knows them all, each with
// the description that the reference of scenarios prints.

import { placeOf } from './place.js';
import { alternatives, descend, mappings, valuesOf, type Fields, type Schema } from './schema.js';

export interface Offer {
  readonly label: string;
  readonly kind: 'field' | 'value';
  readonly about: string;
  /** A mapping cannot do without it. */
  readonly needed: boolean;
  readonly insert: string;
}

export interface Offers {
  readonly from: number;
  readonly to: number;
  readonly offers: readonly Offer[];
}

const aboutOf = (schemas: readonly Schema[]): string =>
  [...new Set(schemas.flatMap(({ description }) => description ?? []))].join(' ');

/** What a field is: what is said of it as a whole, or where nothing is, of whatever it may hold. */
const aboutField = (schemas: readonly Schema[]): string => aboutOf(schemas) || aboutOf(schemas.flatMap(alternatives));

/** What follows a field's name: a mapping or a list goes onto lines of its own, unless braces are open. */
function following(schemas: readonly Schema[], indent: number, flow: boolean): string {
  const all = schemas.flatMap(alternatives);
  const inner = `\n${' '.repeat(indent + 2)}`;
  if (flow || all.length === 0) return ': ';
  if (all.every(({ properties }) => properties !== undefined)) return `:${inner}`;
  return all.every(({ items }) => items !== undefined) ? `:${inner}- ` : ': ';
}

/** The mappings that may hold these fields, of them those that have a place for each, if any has. */
function fitting(here: readonly Schema[], among: Fields): Schema[] {
  const all = mappings(here, among);
  const whole = all.filter(({ properties }) => Object.keys(among).every((field) => Object.hasOwn(properties!, field)));
  return whole.length > 0 ? whole : all;
}

function fields(schemas: readonly Schema[], among: Fields): Map<string, Schema[]> {
  const found = new Map<string, Schema[]>();
  for (const { properties } of schemas) {
    for (const [field, schema] of Object.entries(properties!)) {
      if (!Object.hasOwn(among, field)) found.set(field, [...(found.get(field) ?? []), schema]);
    }
  }
  return found;
}

/** What a kind is, said by the mapping whose constant it is. */
function aboutKind(mapping: readonly Schema[], value: string): string {
  return aboutOf(
    mapping
      .flatMap(alternatives)
      .filter(({ properties }) => Object.values(properties ?? {}).some((field) => field.const === value)),
  );
}

function valueOffers(schema: Schema, steps: Parameters<typeof descend>[1]): Offer[] {
  const here = descend(schema, steps);
  const last = steps.at(-1);
  // the kinds of a mapping are constants of alternatives: what is there already must not hide the others
  const parent = last === undefined || last === 'element' ? [] : descend(schema, steps.slice(0, -1));
  const siblings =
    last === undefined || last === 'element'
      ? []
      : mappings(parent, { ...last.among, [last.field]: undefined })
          .concat(parent.flatMap(alternatives))
          .flatMap(({ properties }) => properties?.[last.field] ?? []);
  const of = [...here, ...siblings].flatMap(alternatives);
  const values = new Map<string, Schema[]>();
  for (const one of of) for (const value of valuesOf(one)) values.set(value, [...(values.get(value) ?? []), one]);
  return [...values].map(([label, schemas]) => {
    const own = aboutOf(schemas.filter((one) => one.const !== undefined));
    const about = own || aboutKind(here, label) || aboutKind(parent, label) || aboutOf(schemas);
    return { label, kind: 'value', about, needed: false, insert: label };
  });
}

export function offersAt(schema: Schema, text: string, at: number): Offers | undefined {
  const place = placeOf(text, at);
  if (place === undefined) return undefined;
  const { from, to, steps, among, flow, named } = place;
  if (place.kind === 'value') return { from, to, offers: valueOffers(schema, steps) };
  const here = fitting(descend(schema, steps), among);
  const indent = from - (text.lastIndexOf('\n', from - 1) + 1);
  const offers = [...fields(here, among)].map(([label, schemas]): Offer => {
    const insert = named ? label : `${label}${following(schemas, indent, flow)}`;
    const needed = here.every(({ required }) => required?.includes(label) === true);
    return { label, kind: 'field', about: aboutField(schemas), needed, insert };
  });
  return { from, to, offers };
}

/** What the field is whose name stands here. */
export function aboutAt(
  schema: Schema,
  text: string,
  at: number,
): { from: number; to: number; about: string } | undefined {
  const place = placeOf(text, at);
  if (place?.kind !== 'field' || !place.named) return undefined;
  const { from, to, steps, among } = place;
  const about = aboutField(descend(schema, [...steps, { field: text.slice(from, to), among }]));
  return about === '' ? undefined : { from, to, about };
}
