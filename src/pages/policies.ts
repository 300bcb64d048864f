// The replacement policies by name, with the parameters a person may give them (`clock:bits=2`, `2q:kin=30%:kout=60%`) and
// their published defaults. The policies themselves are in assembly/memory/replacement, one file each; adding one is its
// file and an entry here.

import * as id from '../../assembly/memory/replacement/ids.js';
import { type Problem, expectedOneOf } from '../input/errors.js';
import { type PolicyParameter, PARAMETER_TABLE, WHOLE } from './parameters.js';

interface Policy {
  readonly name: string;
  readonly id: number;
  readonly summary: string;
  readonly parameters: readonly PolicyParameter[];
}

const LIST = [
  ['lru', id.POLICY_LRU, 'least recently used'],
  ['fifo', id.POLICY_FIFO, 'first in, first out'],
  ['clock', id.POLICY_CLOCK, 'FIFO with reinsertion'],
  ['random', id.POLICY_RANDOM, 'any page, by chance'],
  ['lfu', id.POLICY_LFU, 'least frequently used, no memory of pages gone'],
  ['2q', id.POLICY_TWO_QUEUE, 'Johnson & Shasha 1994, full version'],
  ['arc', id.POLICY_ARC, 'Megiddo & Modha 2003'],
  ['sieve', id.POLICY_SIEVE, 'Zhang et al. 2024'],
  ['s3fifo', id.POLICY_S3FIFO, 'Yang et al. 2023'],
  ['taiji', id.POLICY_TAIJI, 'multi-level LRU aged by scans of access bits; levels and interval are assumed'],
  ['opt', id.POLICY_OPT, "Belady's: the page used furthest in the future; needs the whole trace"],
] as const satisfies readonly (readonly [name: string, id: number, summary: string])[];

/** The name of a replacement policy. */
export type PolicyName = (typeof LIST)[number][0];

/** A policy as it is asked for: its name, and what parameters are other than their defaults. */
export type PolicyText = PolicyName | `${PolicyName}:${string}`;

const POLICIES: readonly Policy[] = LIST.map(([name, number, summary]) => ({
  name,
  id: number,
  summary,
  parameters: PARAMETER_TABLE.filter(({ policy }) => policy === name),
}));

/** Each with what it is, in a few words. */
export const POLICY_LIST: readonly { readonly name: string; readonly summary: string }[] = POLICIES;

export const POLICY_NAMES: readonly PolicyName[] = LIST.map(([name]) => name);

/** `all` is each of them, with its published parameters. */
export const expandPolicy = (text: string): readonly string[] => (text === 'all' ? POLICY_NAMES : [text]);

/** A policy as a person asked for it. */
export interface PolicySpec {
  /** As given: `clock:bits=2`. */
  readonly label: string;
  readonly name: string;
  readonly id: number;
  readonly isOptimal: boolean;
  /** Its parameters for one capacity, by name and in the core's order; `seed` is what random uses when given none. */
  parameters(capacityPages: number, seed: number): Record<string, number>;
}

const SHARE = /^(\d{1,9}(?:\.\d{1,9})?)%$/;

/** A share of a whole number of pages, rounded down; decimals are taken exactly. */
export function shareOf(text: string, whole: number): number | undefined {
  const match = SHARE.exec(text);
  if (match === null) return undefined;
  const [units = '', decimals = ''] = match[1]!.split('.');
  return Number((BigInt(units + decimals) * BigInt(whole)) / (100n * 10n ** BigInt(decimals.length)));
}

function readParameter(parameter: PolicyParameter, text: string, capacityPages: number): number | undefined {
  const share = parameter.share ? shareOf(text, capacityPages) : undefined;
  if (share !== undefined) return Math.max(parameter.least, share);
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return value >= parameter.least && value <= parameter.most ? value : undefined;
}

/** Reads `name[:parameter=value]…`; what is wrong is added to `problems` under `path`. */
export function parsePolicy(text: string, path: string, problems: Problem[]): PolicySpec | undefined {
  const [name = '', ...given] = text.split(':');
  const policy = POLICIES.find((candidate) => candidate.name === name);
  if (policy === undefined) {
    problems.push({
      path,
      given: JSON.stringify(name),
      expected: `${expectedOneOf('a policy', name, POLICY_NAMES)}; or all`,
    });
    return undefined;
  }
  const values = new Map<string, string>();
  let wrong = false;
  const refuse = (what: string, expected: string): void => {
    wrong = true;
    problems.push({ path: `${path} ${name}`, given: JSON.stringify(what), expected });
  };
  for (const part of given) {
    const [key = '', value = ''] = part.split('=', 2);
    const parameter = policy.parameters.find((candidate) => candidate.name === key);
    if (parameter === undefined) {
      const known = policy.parameters.map((candidate) => candidate.name);
      refuse(part, known.length === 0 ? `no parameters for ${name}` : expectedOneOf('a parameter', key, known));
    } else if (readParameter(parameter, value, 1) === undefined) {
      const range =
        parameter.most === WHOLE ? `${parameter.least} or more` : `from ${parameter.least} to ${parameter.most}`;
      const share = parameter.share ? ', or a share of the capacity such as 10%' : '';
      refuse(part, `${key}=N with a whole number ${range}${share} (${parameter.meaning})`);
    } else {
      values.set(key, value);
    }
  }
  if (wrong) return undefined;
  return {
    label: text,
    name,
    id: policy.id,
    isOptimal: policy.id === id.POLICY_OPT,
    parameters: (capacityPages, seed) =>
      Object.fromEntries(
        policy.parameters.map((parameter) => {
          const value = values.get(parameter.name) ?? parameter.default;
          return [parameter.name, value === '' ? seed : readParameter(parameter, value, capacityPages)!];
        }),
      ),
  };
}

/** One line a policy, for `--help`. */
export function describePolicies(): string {
  const width = Math.max(...POLICY_NAMES.map((name) => name.length));
  return POLICIES.map(({ name, summary, parameters }) => {
    const list = parameters.map((p) => `${p.name}${p.default === '' ? '' : `=${p.default}`} (${p.meaning})`);
    return `  ${name.padEnd(width)}  ${summary}${list.length === 0 ? '' : `\n${' '.repeat(width + 4)}${list.join(', ')}`}`;
  }).join('\n');
}
