// Where in a YAML document the cursor stands, also while it is being written: a word that stands nowhere else is put at the cursor,
// the document is read with whatever is wrong with it, and the word is looked for.

import { isMap, isPair, isScalar, parseDocument, visit, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Fields, Step } from './schema.js';

export interface Place {
  /** A field's name is written here, or the value of one. */
  readonly kind: 'field' | 'value';
  readonly steps: readonly Step[];
  /** The scalars of the mapping that the field would be in. */
  readonly among: Fields;
  /** The word so far. */
  readonly from: number;
  readonly to: number;
  /** Whether braces hold the mapping, and a colon follows already. */
  readonly flow: boolean;
  readonly named: boolean;
}

const MARK = 'xCURSORx';

function scalars(map: YAMLMap): Fields {
  const fields: Record<string, unknown> = {};
  for (const { key, value } of map.items) {
    if (isScalar(key) && typeof key.value === 'string' && !key.value.includes(MARK))
      fields[key.value] = isScalar(value) ? value.value : undefined;
  }
  return fields;
}

type Ancestor = Node | Pair | { readonly contents: unknown };

function stepsTo(ancestors: readonly Ancestor[]): Step[] {
  return ancestors.flatMap((ancestor, i): Step[] => {
    if (isPair(ancestor) && isScalar(ancestor.key)) {
      const map = ancestors[i - 1];
      return [{ field: String(ancestor.key.value), among: isMap(map) ? scalars(map) : {} }];
    }
    return 'items' in ancestor && !isMap(ancestor) ? ['element'] : [];
  });
}

/** Undefined in comments, right behind a colon, and where nothing can be made of the text. */
export function placeOf(text: string, at: number): Place | undefined {
  const begin = text.lastIndexOf('\n', at - 1) + 1;
  const before = text.slice(begin, at);
  const word = /[\w.-]*$/.exec(before)![0];
  const head = before.slice(0, before.length - word.length);
  if (/(^|\s)#/.test(head) || /[:'"]$/.test(head)) return undefined;
  const rest = /^[\w.-]*/.exec(text.slice(at))![0];
  const from = at - word.length;
  const to = at + rest.length;
  const named = /^\s*:/.test(text.slice(to));
  // on a line of its own only a field can begin; as one the parser takes it whatever follows
  const alone = /^\s*(- +)*$/.test(head);
  const marked = `${text.slice(0, from)}${MARK}${alone && !named ? ': 0' : ''}${text.slice(to)}`;
  let found: Place | undefined;
  visit(parseDocument(marked, { logLevel: 'silent' }), {
    Scalar(role, node, ancestors) {
      if (node.value !== MARK) return undefined;
      const pair = ancestors.at(-1);
      const map = role === 'key' ? ancestors.at(-2) : undefined;
      const isField = isMap(map);
      found = {
        kind: isField ? 'field' : 'value',
        steps: stepsTo(isField && isPair(pair) ? ancestors.slice(0, -1) : ancestors),
        among: isField ? scalars(map) : {},
        from,
        to,
        flow: isField && map.flow === true,
        named,
      };
      return visit.BREAK;
    },
  });
  return found;
}
