// The replacement policies by name, with the parameters a person may give them (`clock:bits=2`, `2q:kin=30%:kout=60%`) and
// their published defaults. The policies themselves are in assembly/memory/replacement, one file each; adding one is its
// file, a line there and an entry here.

import * as id from '../../assembly/memory/replacement/ids.js';
import { expectedOneOf, type Problem } from '../scenario/errors.js';

/** A parameter: a whole number within bounds, or a share of the capacity. */
interface Parameter {
  readonly name: string;
  readonly default: string;
  readonly least: number;
  readonly most: number;
  /** Whether it may be written as a share of the capacity; it counts pages or requests then. */
  readonly share: boolean;
  readonly meaning: string;
}

interface Policy {
  readonly name: string;
  readonly id: number;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
}

const WHOLE = 2 ** 32 - 1;

const POLICIES: readonly Policy[] = [
  { name: 'lru', id: id.POLICY_LRU, summary: 'least recently used', parameters: [] },
  { name: 'fifo', id: id.POLICY_FIFO, summary: 'first in, first out', parameters: [] },
  {
    name: 'clock',
    id: id.POLICY_CLOCK,
    summary: 'FIFO with reinsertion',
    parameters: [{ name: 'bits', default: '1', least: 1, most: 2, share: false, meaning: 'bits of the use counter' }],
  },
  {
    name: 'random',
    id: id.POLICY_RANDOM,
    summary: 'any page, by chance',
    parameters: [
      {
        name: 'seed',
        default: '',
        least: 0,
        most: Number.MAX_SAFE_INTEGER,
        share: false,
        meaning: 'in place of --seed',
      },
    ],
  },
  { name: 'lfu', id: id.POLICY_LFU, summary: 'least frequently used, no memory of pages gone', parameters: [] },
  {
    name: '2q',
    id: id.POLICY_TWO_QUEUE,
    summary: 'Johnson & Shasha 1994, full version',
    parameters: [
      { name: 'kin', default: '25%', least: 0, most: WHOLE, share: true, meaning: 'pages of A1in' },
      { name: 'kout', default: '50%', least: 0, most: WHOLE, share: true, meaning: 'page numbers remembered in A1out' },
    ],
  },
  { name: 'arc', id: id.POLICY_ARC, summary: 'Megiddo & Modha 2003', parameters: [] },
  { name: 'sieve', id: id.POLICY_SIEVE, summary: 'Zhang et al. 2024', parameters: [] },
  {
    name: 's3fifo',
    id: id.POLICY_S3FIFO,
    summary: 'Yang et al. 2023',
    parameters: [
      { name: 'small', default: '10%', least: 0, most: WHOLE, share: true, meaning: 'pages of the small queue' },
      { name: 'ghost', default: '90%', least: 0, most: WHOLE, share: true, meaning: 'page numbers remembered' },
    ],
  },
  {
    name: 'taiji',
    id: id.POLICY_TAIJI,
    summary: 'multi-level LRU aged by scans of access bits; levels and interval are assumed',
    parameters: [
      { name: 'levels', default: '4', least: 1, most: 64, share: false, meaning: 'levels from hot to cold' },
      { name: 'scan', default: '100%', least: 1, most: WHOLE, share: true, meaning: 'requests between two scans' },
    ],
  },
  {
    name: 'opt',
    id: id.POLICY_OPT,
    summary: "Belady's: the page used furthest in the future; needs the whole trace",
    parameters: [],
  },
];

export const POLICY_NAMES: readonly string[] = POLICIES.map(({ name }) => name);

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

function readParameter(parameter: Parameter, text: string, capacityPages: number): number | undefined {
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
    problems.push({ path, given: JSON.stringify(name), expected: expectedOneOf('a policy', name, POLICY_NAMES) });
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
