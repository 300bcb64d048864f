// TierBPF (arXiv 2604.12300): who may move up in tiered memory, asked once more before every move. What that gains by the size of pages and the
// cost of a move, and whether moving pays at all. Rules: docs/tierbpf.md.

import { type Claim, type ExperimentTable, experimentOf } from '../experiment.js';
import type { Settings } from '../parameters.js';
import { pictured } from '../pictures.js';
import { times } from '../words.js';
import { accessesPicture, gainPicture, timePicture } from './pictures.js';
import { TIERBPF_PARAMETERS } from './parameters.js';
import { control, FACTORS, gain, type HostFound, MOVES, type SizeFound, detectorsOf, study } from './study.js';

const SOURCE = 'arXiv 2604.12300, abstract';
const COMMAND = 'fluxhost reproduce tierbpf';
const GEOMEAN = [0.074, 0.177] as const;
const BEST = 0.75;

const ms = (ns: number): string => `${(ns / 1e6).toFixed(1)} ms`;
const change = (factor: number): string => `${((factor - 1) * 100).toFixed(1)} %`;
const more = (factor: number): string =>
  factor < 10 ? change(factor) : `${(100 * (factor - 1)).toLocaleString('en-US', { maximumFractionDigits: 0 })} %`;

const geomean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, one) => sum + Math.log(one), 0) / values.length);

const gainOf = ({ always, admitted }: HostFound): number => gain(always, admitted);

/** The gain over hosts of one size by what a move costs. */
const overHosts = ({ hosts }: SizeFound): number[] => MOVES.map((_, i) => geomean(hosts.map((one) => one.byMove[i]!)));

/** Between which costs of a move, us, one of `values` (over MOVES) lies at `factor`; undefined: nowhere. */
function crossing(values: readonly number[], factor: number): readonly [number, number] | undefined {
  const i = values.findIndex((one, at) => at > 0 && values[at - 1]! <= factor && one >= factor);
  return i < 0 ? undefined : [MOVES[i - 1]!, MOVES[i]!];
}

const common = { unit: '', command: COMMAND } as const;
/** Who waits for moves, of the two ways that can be asked for. */
const waits = (settings: Settings): string =>
  settings.flag('background')
    ? 'moves go over one link in the background, and no access waits for them'
    : 'an access waits for the moves that it causes';
const assumed = (settings: Settings): string[] => [
  'the rule of admission is assumed: more accesses seen than a move costs',
  waits(settings),
  'accesses are generated, or post-cache',
];

function gains(found: readonly SizeFound[], assumptions: readonly string[]): Claim[] {
  const base = found[0]!;
  const means = overHosts(base);
  const [low, high] = GEOMEAN.map((one) => crossing(means, 1 + one));
  const hosts = found.flatMap((one) => one.hosts);
  const [best] = hosts.toSorted((a, b) => gainOf(b) - gainOf(a)) as [HostFound];
  const reaching = base.hosts.flatMap(({ host, byMove }) => {
    const between = crossing(byMove, 1 + BEST);
    return between === undefined ? [] : [`${host} between ${between.join(' and ')} us`];
  });
  const own = found.map((one) => ({ where: `pages of ${one.size}`, value: geomean(one.hosts.map(gainOf)) }));
  return [
    {
      ...common,
      id: 'geomean',
      claim: 'faster with admission than the same host without, geometric mean over hosts',
      source: `${SOURCE}; notes`,
      paper: '7.4 to 17.7 %',
      ours:
        `${own.map(({ where, value }) => `${where}: ${more(value)}`).join('; ')}; ` +
        `by what a move costs ${MOVES.map((us, i) => `${more(means[i]!)} at ${us} us`)
          .slice(0, 5)
          .join(', ')}`,
      brief:
        low === undefined || high === undefined
          ? own.map(({ where, value }) => `${where}: ${more(value)}`).join('; ')
          : `so much where a move costs ${low[0]} to ${high[1]} us; ${own.map(({ where, value }) => `${where}: ${more(value)}`).join('; ')}`,
      numbers: {
        unit: 'change',
        paper: { bound: '=', value: GEOMEAN[0], to: GEOMEAN[1] },
        ours: [0, 1, 2, 3].map((i) => ({ where: `a move of ${MOVES[i]!} us`, value: means[i]! - 1 })),
      },
      supported: low !== undefined && high !== undefined ? 'partly' : 'no',
      assumptions,
    },
    {
      ...common,
      id: 'best',
      claim: 'the same, at the most',
      source: SOURCE,
      paper: 'up to 75 %',
      ours:
        `pages of ${base.size}: ${base.hosts.map((one) => `${one.host} ${more(gainOf(one))}`).join(', ')}; ` +
        `${more(gainOf(best))} (${best.host}, pages of ${best.size}); ` +
        `75 %: ${reaching.length === 0 ? 'nowhere' : `${reaching.join(', ')} a move`}`,
      brief: base.hosts.map((one) => `${one.host} ${more(gainOf(one))}`).join(', '),
      numbers: {
        unit: 'change',
        paper: { bound: '≤', value: BEST },
        ours: base.hosts.map((one) => ({ where: `${one.host}, pages of ${one.size}`, value: gainOf(one) - 1 })),
      },
      supported: reaching.length > 0 ? 'partly' : 'no',
      assumptions,
    },
  ];
}

/** Never less by more than a hundredth, from one cost of a move to the next. */
const grows = ({ byMove }: HostFound): boolean => byMove.every((one, i) => i === 0 || one >= byMove[i - 1]! * 0.99);

/** Costs at which it is less than at the one before. */
function falls({ byMove }: HostFound): string {
  const those = MOVES.filter((_, i) => i > 0 && byMove[i]! < byMove[i - 1]! * 0.99);
  return those.length === 0 ? '' : ` (less at ${those.join(', ')} than at the cost before)`;
}

function further(found: readonly SizeFound[], pairs: Awaited<ReturnType<typeof control>>, settings: Settings): Claim[] {
  const assumptions = assumed(settings);
  const hosts = found.flatMap((one) => one.hosts.map((host) => ({ ...host, never: one.never })));
  const growing = hosts.filter(grows);
  const paying = hosts.filter((one) => one.always.totalNs < one.never.totalNs);
  const admitted = hosts.filter((one) => one.admitted.totalNs < one.never.totalNs);
  const told = (those: readonly HostFound[]): string =>
    those.length === 0 ? 'none' : those.map((one) => `${one.host} (${one.size})`).join(', ');
  const least = (of: (one: (typeof hosts)[number]) => number): number =>
    Math.min(...hosts.map((one) => of(one) / one.never.totalNs));
  const same = pairs.every((one) => one.always.totalNs === one.admitted.totalNs);
  return [
    {
      ...common,
      id: 'grows',
      claim: 'the gain grows with what a move costs: the size of pages, the slowness of the link',
      source: SOURCE,
      paper: 'stated without a figure',
      ours: `in ${growing.length} of ${hosts.length} hosts and sizes; ${hosts.map((one) => `${one.host} ${one.size}: ${more(one.byMove[0]!)} at 0, ${more(one.byMove[3]!)} at 5, ${more(one.byMove.at(-1)!)} at 699 us${falls(one)}`).join('; ')}`,
      brief: `in ${growing.length} of ${hosts.length} hosts and sizes`,
      supported: growing.length === hosts.length ? 'partly' : 'no',
      assumptions,
    },
    {
      ...common,
      id: 'promotion',
      claim: 'Does promotion pay at all, against pages that stay where they were first touched?',
      source: SOURCE,
      paper: 'left open',
      answer: `Without admission: ${told(paying)}; with it: ${told(admitted)}.`,
      ours:
        `the least time without admission is ${times(least((one) => one.always.totalNs))} of that without promotion, ` +
        `with it ${times(least((one) => one.admitted.totalNs))}`,
      supported: 'partly',
      assumptions: [waits(settings)],
    },
    {
      ...common,
      id: 'control',
      claim: 'negative control: pages of 4 KiB whose moves cost nothing',
      source: SOURCE,
      paper: 'no gain expected',
      ours: pairs.map((one) => change(gain(one.always, one.admitted))).join(', '),
      supported: same ? 'yes' : 'no',
      assumptions: [],
    },
  ];
}

function tables(found: readonly SizeFound[]): ExperimentTable[] {
  const hosts = found.flatMap((one) => one.hosts);
  const names = hosts.map((one) => `${one.host}, ${one.size}`);
  const drawn = [
    {
      title: 'Time of memory, of that without promotion',
      question: 'What do promotions and admission make of the time that accesses take?',
      head: [
        'host',
        'pages',
        'all promoted',
        'admitted',
        'gain',
        'promotions',
        'admitted ones',
        'best set without moves',
      ],
      rows: found.flatMap(({ hosts: those, never, bestNs }) =>
        those.map((one) => [
          one.host,
          one.size,
          times(one.always.totalNs / never.totalNs),
          times(one.admitted.totalNs / never.totalNs),
          more(gainOf(one)),
          String(one.always.promotions),
          String(one.admitted.promotions),
          times(bestNs / never.totalNs),
        ]),
      ),
    },
    {
      title: 'Gain of admission by what a move costs each way',
      question: 'What does admission gain, by what a move costs each way?',
      head: ['us', ...names],
      rows: MOVES.map((us, i) => [String(us), ...hosts.map((one) => times(one.byMove[i]!))]),
    },
    {
      title: 'Gain of admission by how many times break-even it asks for',
      question: 'What does admission gain, by how much it asks for?',
      head: ['times', ...names],
      rows: FACTORS.map((factor, i) => [String(factor), ...hosts.map((one) => times(one.byFactor[i]!))]),
    },
    {
      title: 'What was accessed',
      question: 'How much of what is accessed fits into fast memory?',
      head: ['pages', 'accesses', 'distinct', 'fast', 'without promotion', 'break-even, accesses'],
      rows: found.map((one) => [
        one.size,
        String(one.accesses.count),
        String(one.accesses.units),
        String(one.fastUnits),
        ms(one.never.totalNs),
        one.breakEven.toFixed(1),
      ]),
    },
  ];
  const draws = [timePicture, gainPicture('cost of a move, us'), gainPicture('times break-even'), accessesPicture];
  return pictured(drawn, draws);
}

const counted = (found: readonly SizeFound[]) =>
  Object.fromEntries(
    found.map((one) => [
      one.size,
      {
        accesses: one.accesses.count,
        units: one.accesses.units,
        fastUnits: one.fastUnits,
        neverNs: one.never.totalNs,
        bestStaticNs: one.bestNs,
        hosts: Object.fromEntries(
          one.hosts.map(({ host, always, admitted, byFactor, byMove }) => [
            host,
            { always: { ...always }, admitted: { ...admitted }, byFactor, byMove },
          ]),
        ),
      },
    ]),
  );

export const experiment = experimentOf(TIERBPF_PARAMETERS, async (asked) => {
  const found = await study(asked);
  const pairs = await control(asked);
  return {
    claims: [...gains(found, assumed(asked.settings)), ...further(found, pairs, asked.settings)],
    tables: tables(found),
    figures: counted(found),
    remarks: detectorsOf(asked.settings).remarks,
    laws: {
      T1: Object.fromEntries(found.map((one) => [one.size, one.breakEven])),
      T4: {
        freeNs: pairs.map((one) => one.always.totalNs),
        freeAdmittedNs: pairs.map((one) => one.admitted.totalNs),
      },
      T5: Object.fromEntries(found.map((one) => [one.size, one.never.totalNs])),
    },
  };
});
