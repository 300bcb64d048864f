// Whether two documents of results say the same: every field is held against its twin, but for those that tell the clock on the wall. The
// first difference is the one that explains the others: another version, another core, another scenario, and only then a figure.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { toStableJson } from './json.js';

/** Figures of the clock on the wall: of all fields these alone may differ between two equal runs. */
const CLOCK = new Set(['wallSeconds', 'eventsPerSecond', 'requestsPerSecond']);
/** Fields of what simulated, told by themselves: figures may be the same all the same. */
const PROGRAM = new Set(['version', 'coreSha256']);

type Fields = Readonly<Record<string, unknown>>;

/** What a difference is one of. */
export type DifferenceKind = 'version' | 'core' | 'scenario' | 'trajectory' | 'field';

/** A field that two documents do not agree in. */
export interface Difference {
  readonly path: string;
  readonly kind: DifferenceKind;
  /** Absent where the document has no such field. */
  readonly then?: unknown;
  readonly now?: unknown;
}

const KINDS: readonly DifferenceKind[] = ['version', 'core', 'scenario', 'trajectory', 'field'];

const WORDS: Readonly<Record<string, DifferenceKind>> = {
  'manifest.version': 'version',
  coreSha256: 'core',
  scenarioSha256: 'scenario',
  fingerprint: 'trajectory',
};

function kindOfPath(path: readonly string[]): DifferenceKind {
  return WORDS[path.slice(-2).join('.')] ?? WORDS[path.at(-1) ?? ''] ?? 'field';
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** The document without the fields of the given names, wherever they stand. */
function without(
  value: unknown,
  names: (name: string, path: readonly string[], part: unknown) => boolean,
  path: string[] = [],
): unknown {
  if (Array.isArray(value)) return value.map((part, i) => without(part, names, [...path, String(i)]));
  if (!isFields(value)) return value;
  const kept = Object.entries(value).filter(([name, part]) => !names(name, path, part));
  return Object.fromEntries(kept.map(([name, part]) => [name, without(part, names, [...path, name])]));
}

const isClock = (name: string): boolean => CLOCK.has(name);
const isProgram = (name: string, path: readonly string[]): boolean => PROGRAM.has(name) && path.at(-1) === 'manifest';

/** What pictures alone are drawn of, which a document has or has not as its command asked. */
const DRAWN = new Set(['strips', 'tails', 'histogram']);
const isDrawn = (name: string, value: unknown): boolean =>
  DRAWN.has(name) && (name !== 'histogram' || (isFields(value) && 'upTo' in value));

/** SHA-256 over every figure: equal for two runs of one scenario, whatever the machine, and whatever version says the same. */
export function figuresSha256(document: unknown): string {
  const figures = without(
    document,
    (name, path, part) => isClock(name) || isProgram(name, path) || isDrawn(name, part),
  );
  return bytesToHex(sha256(utf8ToBytes(toStableJson(figures))));
}

/** SHA-256 of a run's result as the live page tells it: of its JSON, the clock's fields 0, without what pictures alone are drawn of. */
export function pageSha256(result: { readonly manifest: object }): string {
  const clock = { wallSeconds: 0, eventsPerSecond: 0 };
  const kept = without(result, (name, _, part) => isDrawn(name, part)) as { readonly manifest: object };
  return bytesToHex(sha256(utf8ToBytes(toStableJson({ ...kept, manifest: { ...kept.manifest, ...clock } }))));
}

function* differing(then: unknown, now: unknown, path: readonly string[]): Generator<Difference> {
  if (isFields(then) && isFields(now) && Array.isArray(then) === Array.isArray(now)) {
    for (const name of new Set([...Object.keys(then), ...Object.keys(now)])) {
      if (isClock(name)) continue;
      const here = [...path, name];
      const [has, had] = [Object.hasOwn(now, name), Object.hasOwn(then, name)];
      // what pictures are drawn of is no figure: --out brings it, --json does not
      if (has !== had && (name === 'strips' || name === 'tails')) continue;
      if (has && had) yield* differing(then[name], now[name], here);
      else
        yield {
          path: here.join('.'),
          kind: kindOfPath(here),
          ...(had ? { then: then[name] } : {}),
          ...(has ? { now: now[name] } : {}),
        };
    }
  } else if (!Object.is(then, now)) yield { path: path.join('.'), kind: kindOfPath(path), then, now };
}

/** Every field that differs, what explains the others first; both documents as JSON gives them back. */
export function differences(then: unknown, now: unknown): Difference[] {
  const rank = ({ kind }: Difference): number => KINDS.indexOf(kind);
  return [...differing(then, now, [])].sort((a, b) => rank(a) - rank(b));
}

/** How many fields a document has that can differ. */
export function fieldCount(value: unknown): number {
  if (!isFields(value)) return 1;
  return Object.entries(value).reduce((sum, [name, part]) => sum + (isClock(name) ? 0 : fieldCount(part)), 0);
}
