// PTMT (arXiv 2604.12165): parameters of tiered memory, tuned while it runs. What a tuner gains over the defaults, what of it another default
// would have given as well, and what changing costs. Rules: docs/ptmt.md.

import { type Claim, type ExperimentTable, experimentOf } from '../experiment.js';
import { type Draw, pictured } from '../pictures.js';
import { times } from '../words.js';
import { PTMT_PARAMETERS } from './parameters.js';
import { configurationsPicture, hedgePicture, waysPicture, workloadsPicture } from './pictures.js';
import { alike, type HostFound, type HostName, study, type TunedRun } from './study.js';

const SOURCE = 'arXiv 2604.12165, abstract';
const COMMAND = 'fluxhost reproduce ptmt';
const CLAIMED: Readonly<Record<HostName, number>> = { autonuma: 0.14, tpp: 0.3 };
const NAMES: Readonly<Record<HostName, string>> = { autonuma: 'AutoNUMA', tpp: 'TPP' };
const OVER_OTHERS = 0.32;

const common = { unit: '', command: COMMAND } as const;
const ASSUMED = [
  'which parameters are tuned is assumed, and so is the other value of each',
  'an access waits for the moves that it causes',
  'accesses are generated, or post-cache',
];

const change = (factor: number): string => `${((factor - 1) * 100).toFixed(1)} %`;
const ms = (ns: number): string => `${(ns / 1e6).toFixed(2)} ms`;

const over = ({ fixedNs }: HostFound, ns: number): number => fixedNs[0]! / ns;
const bestNs = ({ fixedNs, best }: HostFound): number => fixedNs[best]!;
/** The one after the paper's way: a table made before, then trying. */
const own = ({ runs }: HostFound): TunedRun => runs.at(-1)!;

function overDefault(found: HostFound): Claim {
  const { host, runs } = found;
  const gains = runs.map(({ ns }) => over(found, ns));
  const most = over(found, bestNs(found));
  const [low, high] = [Math.min(...gains), Math.max(...gains, most)];
  return {
    ...common,
    id: `over-default-${host}`,
    claim: `faster than the default configuration, ${NAMES[host]}`,
    source: SOURCE,
    paper: `${(100 * CLAIMED[host]).toFixed(0)} %`,
    ours:
      `${change(over(found, own(found).ns))} by a table and trying; ${change(low)} to ${change(high)} over ways of choosing, ` +
      `the best configuration from begin to end (${change(most)}) among them`,
    brief: `${change(over(found, own(found).ns))}; ${change(low)} to ${change(high)} over ways of choosing`,
    numbers: {
      unit: 'change',
      paper: { bound: '=', value: CLAIMED[host] },
      ours: [
        {
          where: '',
          value: over(found, own(found).ns) - 1,
          reach: { kind: 'range', low: low - 1, high: high - 1 },
        },
      ],
    },
    supported: high - 1 >= CLAIMED[host] ? 'partly' : 'no',
    assumptions: ASSUMED,
  };
}

function claims(hosts: readonly HostFound[], control: readonly number[]): Claim[] {
  const others = hosts.map((found) => {
    const rest = found.runs.slice(0, -1).map(({ ns }) => ns / own(found).ns);
    return { host: found.host, low: Math.min(...rest), high: Math.max(...rest) };
  });
  const reached = others.some(({ high }) => high - 1 >= OVER_OTHERS);
  return [
    ...hosts.map(overDefault),
    {
      ...common,
      id: 'over-default-others',
      claim: 'the same, UPM and Colloid',
      source: SOURCE,
      paper: '26 and 21 %',
      ours: 'neither is modelled: how they detect and place is not known here',
      supported: 'no',
      verdict: 'not testable here',
      assumptions: [],
    },
    {
      ...common,
      id: 'over-tuners',
      claim: 'faster than another tuner',
      source: SOURCE,
      paper: '32 %',
      ours: others
        .map(({ host, low, high }) => `${NAMES[host]}: ${change(low)} (the best of three others) to ${change(high)}`)
        .join('; '),
      brief: others.map(({ host, low, high }) => `${NAMES[host]}: ${change(low)} to ${change(high)}`).join('; '),
      supported: reached ? 'partly' : 'no',
      assumptions: [...ASSUMED, 'the other tuners: all tried and committed, EXP3, the table alone'],
    },
    {
      ...common,
      id: 'another-default',
      claim: 'Is it the tuning at run time, or would another default do?',
      source: SOURCE,
      paper: 'left open',
      answer: hosts
        .map((found) => {
          const within = found.fixedNs.filter((ns) => ns <= own(found).ns).length;
          return (
            `${NAMES[found.host]}: ${within} of ${found.fixedNs.length} configurations, kept from begin to end, are at least as ` +
            `fast as the tuner; no promotion at all gives ${change(over(found, found.neverNs))}.`
          );
        })
        .join(' '),
      ours: hosts
        .map(
          (found) =>
            `${NAMES[found.host]}: ${found.configurations[found.best]!.name} gives ${change(over(found, bestNs(found)))}`,
        )
        .join('; '),
      supported: 'partly',
      assumptions: ASSUMED,
    },
    {
      ...common,
      id: 'switching',
      claim: 'What does changing cost, beyond what each configuration takes by itself?',
      source: SOURCE,
      paper: 'left open',
      answer:
        'Little or nothing by itself: a change pays for the pages that were left where they are, or is paid by them.',
      ours: hosts
        .map((found) => {
          const shares = found.runs.map(({ switchingNs, ns }) => switchingNs / ns);
          return `${NAMES[found.host]}: ${change(1 + Math.min(...shares))} to ${change(1 + Math.max(...shares))} of the time`;
        })
        .join('; '),
      supported: 'partly',
      assumptions: ASSUMED,
    },
    {
      ...common,
      id: 'control',
      claim: 'negative control: configurations that are all alike',
      source: SOURCE,
      paper: 'no gain expected',
      ours: control.map(change).join(', '),
      supported: control.every((one) => one === 1) ? 'yes' : 'no',
      assumptions: [],
    },
  ];
}

function tables(hosts: readonly HostFound[]): ExperimentTable[] {
  const drawn = [
    {
      title: 'Ways of choosing, over the default',
      question: 'Which way of choosing is fastest?',
      head: ['host', 'way', 'time', 'faster than the default', 'changes', 'cost of changing'],
      rows: hosts.flatMap((found) => [
        [NAMES[found.host], 'default', ms(found.fixedNs[0]!), '0.0 %', '0', '-'],
        ...found.runs.map((run) => [
          NAMES[found.host],
          run.name,
          ms(run.ns),
          change(over(found, run.ns)),
          String(run.switches),
          ms(run.switchingNs),
        ]),
        [
          NAMES[found.host],
          'best one, known afterwards',
          ms(bestNs(found)),
          change(over(found, bestNs(found))),
          '0',
          '-',
        ],
      ]),
    },
    ...hosts.map(({ host, configurations, fixedNs }) => ({
      title: `${NAMES[host]}: each configuration from begin to end`,
      question: `How fast is each configuration, ${NAMES[host]}?`,
      head: ['configuration', 'time', 'of the default'],
      rows: configurations.map(({ name }, arm) => [name, ms(fixedNs[arm]!), times(fixedNs[arm]! / fixedNs[0]!)]),
    })),
    ...hosts.map(({ host, table, features, configurations, entry }) => ({
      title: `${NAMES[host]}: the table, and what was seen first (nearest: ${entry.name})`,
      question: `Which workload does it look like, ${NAMES[host]}?`,
      head: ['workload', 'hits', 'writes', 'drift', 'fastest configuration'],
      rows: [...table, { name: 'this one', features, ns: undefined }].map(({ name, features: seen, ns }) => [
        name,
        seen.hits.toFixed(3),
        seen.writes.toFixed(3),
        seen.drift.toFixed(3),
        ns === undefined ? '-' : configurations[ns.indexOf(Math.min(...ns))]!.name,
      ]),
    })),
    {
      title: 'Hedge with full information, on the speeds of the configurations by period',
      question: 'Does hedging keep its bound?',
      head: ['host', 'regret', 'at most'],
      rows: hosts.map(({ host, hedged }) => [NAMES[host], hedged.regret.toFixed(3), hedged.bound.toFixed(3)]),
    },
  ];
  const each = (draw: Draw): Draw[] => hosts.map(() => draw);
  return pictured(drawn, [waysPicture, ...each(configurationsPicture), ...each(workloadsPicture), hedgePicture]);
}

export const experiment = experimentOf(PTMT_PARAMETERS, async (asked) => {
  const { accesses, hosts } = await study(asked);
  const control = await alike(asked, accesses);
  return {
    claims: claims(hosts, control),
    tables: tables(hosts),
    figures: Object.fromEntries(
      hosts.map(({ host, fixedNs, neverNs, best, features, entry, runs }) => [
        host,
        {
          fixedNs,
          neverNs,
          best,
          features: { ...features },
          nearest: entry.name,
          runs: Object.fromEntries(runs.map(({ name, ...run }) => [name, run])),
        },
      ]),
    ),
    laws: {
      D4: Object.fromEntries(hosts.map(({ host, hedged }) => [host, { regret: hedged.regret, bound: hedged.bound }])),
    },
  };
});
