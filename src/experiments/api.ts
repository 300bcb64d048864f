// What `fluxhost reproduce` asks, as a program asks it: experiments by name, run.

import { expectedOneOf, InputError, show } from '../input/errors.js';
import { EXPERIMENTS, type ExperimentEntry } from './index.js';
import type { ExperimentOptions, ExperimentResult } from './experiment.js';

/** An experiment's answer, and whose it is. */
export interface Reproduction extends ExperimentResult {
  /** Its name. */
  readonly experiment: string;
  /** What it is about. */
  readonly title: string;
}

/** Which experiments a name means, and which part of them; none named: all. */
function chosenBy(name: string | undefined): { entries: readonly ExperimentEntry[]; part: string | undefined } {
  if (name === undefined) return { entries: EXPERIMENTS, part: undefined };
  const [experiment, part] = name.split(/\/(.*)/s, 2);
  const entry = EXPERIMENTS.find((candidate) => candidate.name === experiment);
  if (entry !== undefined && (part === undefined || entry.parts?.includes(part) === true))
    return { entries: [entry], part };
  const names = EXPERIMENTS.flatMap((one) => [one.name, ...(one.parts ?? []).map((each) => `${one.name}/${each}`)]);
  throw new InputError({ path: 'EXPERIMENT', given: show(name), expected: expectedOneOf('one of', name, names) });
}

/**
 * Reruns a paper's experiment (`taiji`, or a part of one: `hyperflux/task-size`), or all of them one after the other.
 *
 * @example
 * for await (const { claims } of reproduce('vmem')) console.log(claims[0].ours);
 *
 * @throws InputError for a name that none has
 */
export async function* reproduce(
  name?: string,
  { module }: Pick<ExperimentOptions, 'module'> = {},
): AsyncGenerator<Reproduction, void, undefined> {
  const { entries, part } = chosenBy(name);
  for (const { name: experiment, title, load } of entries)
    yield { experiment, title, ...(await (await load()).run({ module, part })) };
}
