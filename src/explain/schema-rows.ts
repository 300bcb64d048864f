// The fields of a scenario as its schema has them: path, what may be written there, default, meaning. docs/scenario.md is printed
// from these rows, and `explain` knows those that no table of parameters has.

import { scenarioJsonSchema } from '../scenario/schema.js';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly enum?: readonly string[];
  readonly const?: string | number | boolean;
  readonly type?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

/** A field as it is written. */
export interface SchemaRow {
  /** `*` stands for each of a list. */
  readonly path: string;
  /** What may be written: a duration, a size, a whole number, words. */
  readonly form: string;
  readonly required: boolean;
  /** As written; absent: none. */
  readonly default?: string;
  readonly meaning: string;
  /** The part of the schema, for whoever checks an example. */
  readonly node: Node;
}

const alternatives = (node: Node): readonly Node[] => node.anyOf ?? node.oneOf ?? [];

/** The field that tells the variants of a union apart, and each by its name. */
function variantsOf(node: Node): ReadonlyMap<string, Node> {
  const named = alternatives(node).flatMap((one) => {
    const [entry] = Object.entries(one.properties ?? {}).filter(([, field]) => typeof field.const === 'string');
    return entry === undefined
      ? alternatives(one).length > 0
        ? [...variantsOf(one)]
        : []
      : [[String(entry[1].const), one] as const];
  });
  return new Map(named);
}

const isDistribution = (node: Node): boolean => variantsOf(node).has('exponential');

function numberForm({ minimum, exclusiveMinimum, maximum, type }: Node): string {
  const what = type === 'integer' ? 'whole number' : 'number';
  const least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum;
  const most = maximum === undefined || maximum >= 2 ** 53 - 1 ? undefined : maximum;
  const above = exclusiveMinimum === undefined ? 'from' : 'above';
  if (least === undefined || least <= -(2 ** 53 - 1)) return what;
  return `${what} ${above} ${least}${most === undefined ? '' : ` to ${most}`}`;
}

/** In words: what may stand there. */
function formOf(node: Node): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((word) => `\`${word}\``).join(', ');
  if (isDistribution(node)) {
    const others = alternatives(node).filter((one) => alternatives(one).length === 0 && one.properties === undefined);
    return [...others.map(formOf), 'distribution'].join(' or ');
  }
  if (variantsOf(node).size > 0) return 'see below';
  if (alternatives(node).length > 0) return [...new Set(alternatives(node).map(formOf))].join(' or ');
  if (node.pattern?.includes('ns|us') === true) return 'duration';
  if (node.pattern?.includes('KiB') === true) return 'size';
  if (node.type === 'boolean') return '`true`, `false`';
  if (node.type === 'string') return 'text';
  if (node.type === 'array') return 'list';
  return node.type === 'object' ? 'mapping' : numberForm(node);
}

/** Every field below a node; unions of variants are told apart by the caller. */
function rowsBelow(node: Node, path: string): SchemaRow[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, field]): SchemaRow[] => {
    const at = path === '' ? name : `${path}.${name}`;
    const [, meaning = '', byDefault] = /^(.*?)(?: Default: (.*)\.)?$/s.exec(field.description ?? '')!;
    const row: SchemaRow = {
      path: at,
      form: formOf(field),
      required: node.required?.includes(name) === true,
      ...(byDefault === undefined ? {} : { default: byDefault }),
      meaning,
      node: field,
    };
    return [row, ...(variantsOf(field).size > 0 ? [] : rowsBelow(field, at))];
  });
  const items = node.items === undefined ? [] : rowsBelow(node.items, `${path}.*`);
  return [...own, ...items, ...alternatives(node).flatMap((one) => rowsBelow(one, path))];
}

/** Fields that stand beside it as well, where they are told. */
const AGAIN = 'functions.generated.';

/** Every field of a scenario but those of arrivals, mechanisms and distributions, which hang on a name. */
export const scenarioRows = (): SchemaRow[] =>
  rowsBelow(scenarioJsonSchema(), '').filter(({ path }) => !path.startsWith(AGAIN));

/** The fields of each variant of a union that stands at a path: arrivals by process, mechanism by kind, a distribution by name. */
export function variantRows(path: string): ReadonlyMap<string, readonly SchemaRow[]> {
  const row = scenarioRows().find((one) => one.path === path);
  if (row === undefined) throw new Error(`no field has the path "${path}"`);
  return new Map([...variantsOf(row.node)].map(([name, node]) => [name, rowsBelow(node, '')]));
}
