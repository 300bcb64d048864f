// What `fluxhost reproduce` asks, as a program asks it: experiments by name, run.

import { argument, optional } from '../input/argument.js';
import { expectedOneOf, InputError, show } from '../input/errors.js';
import { EXPERIMENTS, type ExperimentEntry } from './index.js';
import {
  type Claim,
  type Experiment,
  type ExperimentOptions,
  type ExperimentTable,
  type FigureValue,
  type FigureValues,
  type JudgedClaim,
  verdictOf,
} from './experiment.js';
import { type ExperimentParameter, type SettingValue, settingsOf } from './parameters.js';
import type { Remark } from '../report/trust.js';

/** An experiment's answer, and whose it is. */
export interface Reproduction {
  /** Its name. */
  readonly name: string;
  /** The same, under the key of earlier versions. */
  readonly experiment: string;
  /** What it is about. */
  readonly title: string;
  /** Every parameter with the value that it had, in its own unit. */
  readonly parameters: Readonly<Record<string, SettingValue>>;
  /** The numbers behind claims and tables. */
  readonly figures: FigureValues;
  /** One by one. */
  readonly claims: readonly JudgedClaim[];
  /** Behind them. */
  readonly tables: readonly ExperimentTable[];
  /** What laws say of this run, beside what it did. */
  readonly laws: Readonly<Record<string, FigureValues>>;
  /** What is allowed and perhaps not meant; absent where there is nothing to say. */
  readonly remarks?: readonly Remark[];
}

/** What an experiment can be asked with. */
export interface ReproduceOptions extends Pick<ExperimentOptions, 'module' | 'files'> {
  /** `PATH=VALUE` each, of the parameters that `experimentParameters` lists. */
  readonly set?: readonly string[];
}

/** With its verdict. */
export const judged = (claim: Claim): JudgedClaim => ({
  ...claim,
  verdict: verdictOf(claim),
  assumed: claim.assumptions,
});

/** The numbers of the claims, for experiments that give none of their own. */
const figuresOf = (claims: readonly Claim[]): FigureValues =>
  Object.fromEntries(
    claims.flatMap(({ id, numbers }): (readonly [string, FigureValue])[] => {
      const ours = numbers?.ours ?? [];
      if (ours.length === 0) return [];
      const own = ours.map(
        ({ where, value, reach }) => [where, reach === undefined ? value : { value, ...reach }] as const,
      );
      return [[id, own.length === 1 && own[0]![0] === '' ? own[0]![1] : Object.fromEntries(own)]];
    }),
  );

function withParameters(name: string, command: string, set: readonly string[]): string {
  return set.length === 0 || !command.startsWith(`fluxhost reproduce ${name}`)
    ? command
    : `${command} ${set.map((text) => `--set ${/^[\w./=,:+-]+$/.test(text) ? text : `'${text}'`}`).join(' ')}`;
}

/** Which experiments a name means, and which part of them; none named: all. */
function chosenBy(name: string | undefined): { entries: readonly ExperimentEntry[]; part: string | undefined } {
  if (name === undefined) return { entries: EXPERIMENTS, part: undefined };
  argument('EXPERIMENT', name, 'a text', 'the name of an experiment');
  const [experiment, part] = name.split(/\/(.*)/s, 2);
  const entry = EXPERIMENTS.find((candidate) => candidate.name === experiment);
  if (entry !== undefined && (part === undefined || entry.parts?.includes(part) === true))
    return { entries: [entry], part };
  const names = EXPERIMENTS.flatMap((one) => [one.name, ...(one.parts ?? []).map((each) => `${one.name}/${each}`)]);
  throw new InputError({ path: 'EXPERIMENT', given: show(name), expected: expectedOneOf('one of', name, names) });
}

/**
 * What `--set` may change in an experiment, each with unit, default, bounds and source.
 *
 * @example
 * (await experimentParameters('nanvix')).find(({ path }) => path === 'sysKeep')?.default; // 600
 *
 * @throws InputError for a name that none has
 */
export async function experimentParameters(name: string): Promise<readonly ExperimentParameter[]> {
  const { entries } = chosenBy(name);
  return (await entries[0]!.load()).parameters;
}

/** @throws InputError where a parameter is none of its own, or its value is not taken */
async function run(
  loaded: Experiment,
  { name, title }: ExperimentEntry,
  part: string | undefined,
  { module, files, set = [] }: ReproduceOptions,
): Promise<Reproduction> {
  const parameters = settingsOf(name, loaded.parameters, set, (settings) => loaded.check?.(settings, part));
  const {
    claims,
    tables,
    figures = figuresOf(claims),
    laws = {},
    remarks = [],
  } = await loaded.run({ module, files, part, parameters });
  return {
    name,
    experiment: name,
    title,
    parameters: parameters.toJson(),
    figures,
    claims: claims.map((claim) => judged({ ...claim, command: withParameters(name, claim.command, set) })),
    tables,
    laws,
    ...(remarks.length === 0 ? {} : { remarks }),
  };
}

/**
 * Reruns a paper's experiment (`taiji`, or a part of one: `hyperflux/task-size`), or all of them one after the other.
 *
 * @example
 * for await (const { claims } of reproduce('vmem')) console.log(claims[0].ours);
 *
 * @throws InputError for a name that none has, and for a parameter that is none of its own
 */
export async function* reproduce(
  name?: string,
  options: ReproduceOptions = {},
): AsyncGenerator<Reproduction, void, undefined> {
  const { entries, part } = chosenBy(name);
  argument('options', options, 'a mapping');
  optional('set', options.set, 'a list of texts', "a list, as in ['keepAlive=60']");
  for (const entry of entries) yield run(await entry.load(), entry, part, options);
}
