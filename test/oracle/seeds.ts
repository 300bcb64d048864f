// Runs seeds through both simulators and shrinks what differs. `node scripts/oracle.mjs --seeds A..B` runs this in processes.

import fc from 'fast-check';
import YAML from 'yaml';
import { compared } from './compare.js';
import { FEATURES, genes, make, type Feature, type Made } from './generate.js';
import { MAKERS, maker } from './mechanisms-made.js';

export interface Options {
  readonly features: readonly Feature[];
  readonly mechanisms: readonly string[];
  /** Of these, the ones that every scenario has. */
  readonly always?: readonly Feature[];
  /** Figures that are not compared. */
  readonly ignored?: RegExp | undefined;
  /** False: what differs is told as the seed makes it. */
  readonly shrinks?: boolean;
}

const ALL: Options = { features: FEATURES, mechanisms: Object.keys(MAKERS) };

export interface Difference {
  readonly seed: number;
  readonly made: Made;
  readonly lines: readonly string[];
}

/** The smallest scenario found from this seed in which the two differ; null: they agree. */
export async function check(
  seed: number,
  { features, mechanisms, always, ignored, shrinks = true }: Options = ALL,
): Promise<Difference | null> {
  const toScenario = maker(mechanisms);
  const property = fc.asyncProperty(genes(features, always), async (g) => {
    const lines = await compared(make(g, toScenario), ignored);
    return lines.length === 0;
  });
  const result = await fc.check(property, {
    seed,
    numRuns: 1,
    endOnFailure: !shrinks,
    interruptAfterTimeLimit: 20_000,
  });
  if (!result.failed || result.counterexample === null) return null;
  const made = make(result.counterexample[0], toScenario);
  return { seed, made, lines: await compared(made, ignored) };
}

/** The scenario and what differs, to read. */
export function text({ seed, made, lines }: Difference): string {
  const { input, arrivals, fork, memory } = made;
  const jobs = arrivals.map(
    ({ vm, atNs, serviceNs, width }) => `${input.vms[vm]!.name}: ${atNs},${serviceNs},${width}`,
  );
  const pages = Object.fromEntries(
    Object.entries(memory?.files ?? {}).map(([name, written]) => [name, written.trim().replaceAll('\n', ' ')]),
  );
  return [
    `seed ${seed}`,
    YAML.stringify({
      ...input,
      arrivals: jobs,
      ...(fork === undefined ? {} : { fork: forkText(input, fork) }),
      ...(memory === null ? {} : { pages }),
    }),
    ...lines,
  ].join('\n');
}

/** Of a fork: when, and what changes. */
function forkText(input: Made['input'], { atNs, input: later }: NonNullable<Made['fork']>): object {
  const changed = Object.entries(later).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(input[key as 'vms']),
  );
  return { atNs, ...Object.fromEntries(changed) };
}
