// YAML or JSON text to a plain value, and from a field's path back to its line. JSON is read as the YAML it is. Refused:
// a key twice, several documents, aliases that would unfold without end, text that is something else altogether, or far larger or
// deeper than any scenario (text-shape.ts).

import {
  type YAMLError,
  type Document,
  isAlias,
  isSeq,
  isMap,
  isScalar,
  visit,
  LineCounter,
  parseDocument,
  type Node,
} from 'yaml';
import { InputError, type Problem, show } from './errors.js';
import type { Path } from './errors.js';
import { excessOf } from './text-shape.js';

export const MAX_TEXT_BYTES = 8 * 2 ** 20;
// An honest scenario shares a few VMs or distributions; a bomb needs thousands of expansions.
const MAX_ALIASES = 100;
const MAX_TOLD = 20;
const MAX_TOLD_CHARACTERS = 200;

export interface ScenarioDocument {
  readonly value: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  /** The line of the field, or of the nearest field around it that is there. */
  lineOf(path: Path): number;
}

const A_SCENARIO = 'a scenario: a YAML or JSON mapping with version, duration, host, mechanism and vms';

/** What the library says, without the text that it repeats. */
function firstLine(message: string): string {
  const line = message.split('\n', 1)[0]!;
  return line.length > MAX_TOLD_CHARACTERS ? `${line.slice(0, MAX_TOLD_CHARACTERS - 1)}…` : line;
}

function describe(error: YAMLError, what: string): { given: string; expected: string } {
  if (error.code === 'RESOURCE_EXHAUSTION') return { given: 'text that is nested too deeply', expected: what };
  if (error.code === 'MULTIPLE_DOCS') return { given: 'more than one document', expected: 'one scenario a file' };
  return { given: `text that is not YAML (${firstLine(error.message)})`, expected: what };
}

function refuse(file: string | undefined, given: string, expected: string, line?: number): never {
  throw new InputError({
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    path: '',
    given,
    expected,
  });
}

/** The entry of a mapping or list; a mapping's line is that of the key, which is where a person looks. */
function child(node: unknown, part: string | number, document: Document): { at: unknown; value: unknown } | undefined {
  const target: unknown = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target)) {
    const item = target.items[Number(part)];
    return item === undefined ? undefined : { at: item, value: item };
  }
  if (isMap(target)) {
    const pair = target.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(part));
    return pair === undefined ? undefined : { at: pair.key, value: pair.value };
  }
  return undefined;
}

/** Keys that stand twice in a mapping. */
function repeatedKeys(document: Document): { offset: number; key: string }[] {
  const found: { offset: number; key: string }[] = [];
  visit(document, {
    Map(_, map) {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (keys.has(key.value)) found.push({ offset: key.range?.[0] ?? 0, key: String(key.source ?? key.value) });
        keys.add(key.value);
      }
    },
  });
  return found;
}

function parse(text: string, lines: LineCounter, file: string | undefined, what: string): Document {
  const excess = excessOf(text);
  if (excess !== undefined) refuse(file, excess.given, what, excess.line);
  try {
    // its own warnings would go to the process, with a stack; keys are compared here
    return parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  } catch (failure) {
    // The parser recurses: text nested tens of thousands deep overflows the stack.
    if (failure instanceof RangeError) refuse(file, 'text that is nested too deeply', what);
    throw failure;
  }
}

function toValue(document: Document, file: string | undefined, what: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (failure) {
    if (failure instanceof ReferenceError)
      refuse(
        file,
        `aliases that cannot be followed (${firstLine(failure.message)})`,
        `at most ${MAX_ALIASES} uses of anchors that are there`,
      );
    if (failure instanceof RangeError) refuse(file, 'text that is nested too deeply', what);
    throw failure;
  }
}

/** `what`: what is expected, where the text is something else. */
export function readDocument(text: string, file?: string, what = A_SCENARIO): ScenarioDocument {
  // A character is at most 3 bytes of UTF-8 for each unit of a JavaScript string: no need to encode small texts.
  if (text.length * 3 > MAX_TEXT_BYTES && new TextEncoder().encode(text).length > MAX_TEXT_BYTES)
    refuse(file, 'more than 8 MiB of text', 'a scenario of at most 8 MiB');
  // eslint-disable-next-line no-control-regex -- NUL marks a binary file, whatever its name says
  if (/[\u0000\ufffd]/.test(text)) refuse(file, 'a binary file', what);

  const lines = new LineCounter();
  const document = parse(text, lines, file, what);
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const place = file === undefined ? {} : { file };
  const wrong: Problem[] = [
    ...document.errors.map((error) => ({
      ...place,
      line: lineAt(error.pos[0]),
      path: '',
      ...describe(error, what),
    })),
    ...repeatedKeys(document).map(({ offset, key }) => ({
      ...place,
      line: lineAt(offset),
      path: '',
      given: `${firstLine(text[offset] === '"' ? JSON.stringify(key) : key)} a second time in one mapping`,
      expected: 'every field once',
    })),
  ];
  if (wrong.length > 0) throw new InputError(wrong.slice(0, MAX_TOLD));
  const value = toValue(document, file, what);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(file, value === null ? 'an empty document' : Array.isArray(value) ? 'a list' : show(value), what);
  }
  return {
    value: value as Record<string, unknown>,
    warnings: document.warnings.map(
      (warning) =>
        `${file === undefined ? 'line ' : `${file}:`}${lineAt(warning.pos[0])}: ${firstLine(warning.message)}`,
    ),
    lineOf(path) {
      let node: unknown = document.contents;
      let at: unknown = node;
      for (const part of path) {
        const next = child(node, part, document);
        if (next === undefined) break;
        at = next.at;
        node = next.value;
      }
      return lineAt((at as Node | null)?.range?.[0] ?? 0);
    },
  };
}
