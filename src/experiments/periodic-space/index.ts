// Periodic Space: configurations of all systems in a table like that of the elements, rows by reaction time, columns by availability, and
// whether isolation and cost follow a pattern along them. Reads nothing but what the other experiments' runs say. Rules:
// docs/periodic-space.md.

import { type Asked, type Claim, type ExperimentResult, type ExperimentTable, experimentOf } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { fabrics, functionVms, systemVms } from './calls.js';
import { coreMoves, deadlineTasks } from './cores.js';
import { columnOf, type Family, type Placed, rowOf } from './families.js';
import { PERIODIC_PARAMETERS } from './parameters.js';
import { permutationTest, tauB, type TauTest } from './tau.js';

const SOURCE = 'arXiv 2604.12259, abstract';
const COMMAND = 'fluxhost reproduce periodic-space';
const LEAST_CONFIGURATIONS = 12;

const RUNS: Readonly<Record<Family, (settings: Settings, module?: WebAssembly.Module) => Promise<Placed[]>>> = {
  cores: coreMoves,
  functions: functionVms,
  nanvix: systemVms,
  nexus: fabrics,
  deadlines: deadlineTasks,
};

/** A configuration that something is known of, in its place. */
interface InTable extends Placed {
  readonly reactionNs: number;
  readonly row: number;
  readonly column: number;
  readonly isolationClass: number;
  readonly cost: number;
}

function inTable(settings: Settings, placed: readonly Placed[]): InTable[] {
  return placed.flatMap((one) => {
    const { reactionNs } = one;
    // an availability of 1 without a request says nothing
    if (reactionNs === null || one.requests === 0) return [];
    return [
      {
        ...one,
        reactionNs,
        row: rowOf(reactionNs),
        column: columnOf(one.availability),
        isolationClass: settings.number(`class.${one.isolation}`),
        cost: one.coreSeconds + settings.number('gibPrice') * one.gibSeconds,
      },
    ];
  });
}

interface Pattern {
  readonly id: string;
  readonly along: string;
  readonly all: TauTest;
  /** Of pairs within one family, whose requests are alike. */
  readonly within: TauTest;
}

function patterns(settings: Settings, table: readonly InTable[]): Pattern[] {
  const test = (x: readonly number[], y: readonly number[], groups?: readonly string[]): TauTest =>
    permutationTest(x, y, settings.number('permutations'), settings.number('seed'), groups);
  const families = table.map(({ family }) => family);
  const [rows, classes] = [table.map(({ row }) => row), table.map(({ isolationClass }) => isolationClass)];
  const [columns, costs] = [table.map(({ column }) => column), table.map(({ cost }) => cost)];
  return [
    {
      id: 'rows',
      along: 'isolation rises along the rows, from fast to slow reactions',
      all: test(rows, classes),
      within: test(rows, classes, families),
    },
    {
      id: 'columns',
      along: 'cost rises along the columns, from few to many nines',
      all: test(columns, costs),
      within: test(columns, costs, families),
    },
  ];
}

const told = ({ tau, p }: TauTest): string =>
  tau === null || p === null
    ? 'no tau: one of them is the same everywhere'
    : `tau-b ${tau.toFixed(3)}, p ${p.toPrecision(2)}`;

function claimsOf(settings: Settings, found: readonly Pattern[], table: readonly InTable[]): Claim[] {
  const [least, chance] = [settings.number('leastTau'), settings.number('p')];
  const assumptions = [
    `isolation classes, the scale of both axes, tau of at least ${least} and p below ${chance} are assumed: the abstract has no figure`,
    'reactions are p99 of a move of a core, of the start of a call, of a first instruction; each family has an objective of its own',
    'every configuration is run scaled down, at the defaults of its experiment',
  ];
  const holds = ({ tau, p }: TauTest): boolean => tau !== null && p !== null && tau >= least && p < chance;
  return found.flatMap((pattern): Claim[] => [
    {
      id: pattern.id,
      claim: pattern.along,
      source: SOURCE,
      paper: 'patterns along rows and columns',
      ours: `${told(pattern.all)}, over ${table.length} configurations`,
      unit: '',
      supported: 'partly',
      verdict: holds(pattern.all) ? 'reachable' : 'not reached',
      assumptions,
      command: COMMAND,
    },
    {
      id: `${pattern.id}-within`,
      claim: `Does it hold within one experiment, whose requests are alike: ${pattern.along}?`,
      source: SOURCE,
      paper: 'patterns along rows and columns',
      answer: `${holds(pattern.within) ? 'Yes' : 'No'}: ${told(pattern.within)}.`,
      ours: told(pattern.within),
      unit: '',
      supported: 'partly',
      assumptions: [...assumptions, 'pairs of configurations count, and are shuffled, within a family alone'],
      command: COMMAND,
    },
  ]);
}

const ISOLATION = { process: 'process', vm: 'VM', systemVm: 'VM, system VM', confidential: 'confidential VM' } as const;

function timeText(ns: number): string {
  const units = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'us'],
  ] as const;
  const [unit, name] = units.find(([least]) => ns >= least) ?? [1, 'ns'];
  return `${(ns / unit).toPrecision(3)} ${name}`;
}

function tables(table: readonly InTable[]): ExperimentTable[] {
  const sorted = table.toSorted((a, b) => a.row - b.row || a.column - b.column || a.reactionNs - b.reactionNs);
  return [
    {
      title: 'Configurations in their places: rows by reaction, columns by nines',
      question: 'Which configurations react fast, and how many nines do they have?',
      head: [
        'configuration',
        'nines',
        'row',
        'experiment',
        'isolation',
        'reaction p99',
        'within objective',
        'core-s/1000',
        'GiB-s/1000',
      ],
      rows: sorted.map((one) => [
        one.name,
        String(one.column),
        String(one.row),
        one.family,
        ISOLATION[one.isolation],
        timeText(one.reactionNs),
        `${(100 * one.availability).toFixed(3)} %`,
        one.coreSeconds.toPrecision(3),
        one.gibSeconds.toPrecision(3),
      ]),
      points: { of: 3, x: 1, y: 2, best: null },
    },
  ];
}

/** What the parameters of the laws place and rank. */
function laws(settings: Settings) {
  const [x, y] = ['law.x', 'law.y'].map((path) => settings.list(path).map(Number)) as [number[], number[]];
  return {
    place: {
      row: rowOf(settings.number('law.reaction')),
      column: columnOf(settings.number('law.availability')),
    },
    tau: { tau: tauB(x, y), p: permutationTest(x, y, settings.number('permutations'), settings.number('seed')).p },
  };
}

function check(settings: Settings): void {
  const [x, y] = ['law.x', 'law.y'].map((path) => settings.list(path)) as [string[], string[]];
  if (x.length !== y.length)
    refuse([{ path: 'law.y', given: settings.text('law.y'), expected: `${x.length} numbers, as law.x` }]);
  if (x.length > 1000) refuse([{ path: 'law.x', given: `${x.length} numbers`, expected: 'at most 1000' }]);
}

async function all({ settings, module }: Asked): Promise<ExperimentResult> {
  const placed: Placed[] = [];
  for (const family of new Set(settings.list('families') as Family[]))
    placed.push(...(await RUNS[family](settings, module)));
  const table = inTable(settings, placed);
  if (table.length < LEAST_CONFIGURATIONS)
    refuse([
      {
        path: 'families',
        given: `${table.length} configurations with a reaction and a request (${settings.text('families')})`,
        expected: `${LEAST_CONFIGURATIONS} or more: with fewer no pattern can be told from chance`,
      },
    ]);
  const found = patterns(settings, table);
  return {
    claims: claimsOf(settings, found, table),
    tables: tables(table),
    figures: {
      notPlaced: placed.filter(({ name }) => !table.some((one) => one.name === name)).map(({ name }) => name),
      configurations: table.map((one) => ({ ...one })),
      patterns: Object.fromEntries(
        found.map(({ id, all: every, within }) => [id, { ...every, within: { ...within } }]),
      ),
    },
    laws: laws(settings),
  };
}

export const experiment = experimentOf(PERIODIC_PARAMETERS, async (asked): Promise<ExperimentResult> => {
  check(asked.settings);
  return asked.part === 'laws' ? { claims: [], tables: [], laws: laws(asked.settings) } : all(asked);
});
