// Provisioning (HyperFlux's second half): what warmth costs. Starts below a millisecond against the memory that dormant VMs take, keep-alive policies
// by budget, one VM that grows against many, small VMs that boot fast. The machinery is that of `functions` in a scenario.

import { type Claim, type OwnVerdict, type ExperimentTable, type WordTable, experimentOf } from '../experiment.js';
import { outside } from '../lists.js';
import { tooManyCalls } from '../most-calls.js';
import { refuse, type Settings } from '../parameters.js';
import { isTraced } from '../traced.js';
import { times } from '../words.js';
import { densities, type DensityPoint } from './density.js';
import { densityClaim, densityTable } from './density-claim.js';
import { frontOf, type FrontPoint } from './front.js';
import { lawsOf } from './laws.js';
import { type Load, loadOf } from './load.js';
import { PROVISIONING_PARAMETERS } from './parameters.js';
import { type TierPoint, tierSweep } from './tiers.js';
import { pictured } from '../pictures.js';
import { byBudgetPicture, byKeepPicture, densityPicture, frontPicture, growingPicture } from './pictures.js';
import { tailClaim, tailTable } from './tail-claim.js';
import { burstCallsMean, hasTail, oneAtATime, type TailPoint, tailSweep } from './tail.js';
import { BURST, burst, verticalSweep, type VerticalPoint } from './vertical.js';

const SEED = 'APSys 2025, section 4';
const COMMAND = 'fluxhost reproduce provisioning';
const ENOUGH = 0.99;
const MS = 1e6;

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const whole = (value: number): string => value.toFixed(0);
/** `34.4 GiB` */
const gib = (mib: number): string => `${(mib / 1024).toPrecision(3)} GiB`;
const budgetWords = (mib: number | null): string => (mib === null ? 'none' : gib(mib));

function check(settings: Settings): void {
  const problems: Parameters<typeof refuse>[0][number][] = [];
  const tiers = settings.list('tiers');
  if (!tiers.includes('full') || new Set(tiers).size !== tiers.length)
    problems.push({
      path: 'tiers',
      given: tiers.join(','),
      expected: 'each tier once, and full among them: it serves what no other can',
    });
  for (const budget of settings.list('budgets').map(Number))
    if (!(budget > 0 && budget <= 1000))
      problems.push({ path: 'budgets', given: budget, expected: 'shares above 0, of at most 1000' });
  for (const name of ['tail.peaks', 'tail.keepAlives', 'tail.inits'])
    for (const value of settings.list(name).map(Number))
      if (!(value >= 0) || (name === 'tail.peaks' && value === 0))
        problems.push({ path: name, given: value, expected: `numbers ${name === 'tail.peaks' ? 'above' : 'from'} 0` });
  const [cores, pinned] = [settings.number('tail.cores'), settings.number('tail.pinned')];
  if (pinned >= cores)
    problems.push({ path: 'tail.pinned', given: pinned, expected: `fewer than tail.cores (${cores})` });
  const [rate, duration] = [settings.number('rate'), settings.number('duration')];
  if (!isTraced(settings)) problems.push(...tooManyCalls('duration', duration, rate * duration, 'rate x duration'));
  const tail = Math.max(...settings.list('tail.peaks').map((peak) => burstCallsMean(settings, Number(peak))));
  problems.push(...tooManyCalls('tail.duration', settings.number('tail.duration'), tail, 'the greatest of tail.peaks'));
  if (problems.length === 0 && !settings.list('tail.peaks').every((peak) => hasTail(settings, Number(peak))))
    problems.push({
      path: 'tail.duration',
      given: settings.number('tail.duration'),
      expected: 'long enough for a burst in its second half',
    });
  const seconds = { from: 0, to: 1e7 };
  problems.push(
    ...outside(settings, 'keepAlives', seconds),
    ...outside(settings, 'tail.keepAlives', seconds),
    ...outside(settings, 'tail.inits', seconds),
    ...outside(settings, 'density.slos', seconds),
    ...outside(settings, 'pools', { from: 0, to: 64, whole: true }),
    ...outside(settings, 'concurrency', { from: 1, to: 1024, whole: true }),
  );
  refuse(problems);
}

function subMillisecond(settings: Settings, points: readonly TierPoint[]): Claim {
  const fast = [...new Set(points.flatMap((point) => point.fast))];
  const enough = points.filter(({ shareBelow1ms }) => shareBelow1ms >= ENOUGH);
  const cheapest = enough.toSorted((a, b) => a.warmGibSecondsPer1000 - b.warmGibSecondsPer1000)[0];
  const shares = points.map(({ shareBelow1ms }) => shareBelow1ms);
  const reached =
    cheapest === undefined
      ? `${percent(ENOUGH)} is reached at no point`
      : `${percent(ENOUGH)} takes ${whole(cheapest.warmGibSecondsPer1000)} GiB s of dormant VMs for 1,000 calls (keep-alive ${cheapest.keepAliveS} s, pool ${cheapest.pool})`;
  return {
    id: 'sub-millisecond',
    claim: 'provisioning stays below a millisecond in the top three tiers',
    source: `${SEED}.1`,
    paper: '< 1 ms',
    ours: `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} of the starts over keep-alive and pool, in tiers ${fast.join(', ') || 'none'}; ${reached}`,
    brief: `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} of the starts, by keep-alive and pool`,
    unit: '',
    supported: cheapest === undefined ? 'no' : 'partly',
    assumptions: [
      'which tiers lie above vm, and in which order, is assumed: the paper names the first and the last',
      `a restore takes ${settings.number('tier.restore')} ms (notes on Firecracker's): as a third tier it is not below a millisecond`,
    ],
    command: COMMAND,
  };
}

function vmCold(settings: Settings): Claim {
  const boot = settings.number('tier.vmBoot');
  return {
    id: 'vm-cold',
    claim: 'a job without a heavy runtime starts in less than a millisecond in a VM that boots',
    source: `${SEED}.1`,
    paper: '< 1 ms (and 1.37 ms in arXiv:2608.12633)',
    ours: `${boot} ms: tier.vmBoot, the later paper's own figure`,
    unit: '',
    numbers: { unit: 'ns', paper: { bound: '<', value: MS }, ours: [{ where: '', value: boot * MS }] },
    supported: boot < 1 ? 'partly' : 'no',
    verdict: boot < 1 ? 'reachable' : 'not reached',
    assumptions: ['the boot time goes in as a parameter and comes out again'],
    command: COMMAND,
  };
}

type Burst = Awaited<ReturnType<typeof burst>>;
type Control = Awaited<ReturnType<typeof oneAtATime>>;

function vertical(sixteen: Burst, one: Burst, control: Control, points: readonly VerticalPoint[]): Claim[] {
  const [first, last] = [points[0]!, points.at(-1)!];
  const { grown, horizontal } = control;
  const assumptions = [
    `${BURST.base} MiB of a function and ${BURST.request} MiB a request in the burst; on the load the share memoryPerRequest`,
  ];
  const equal = one.horizontalMiB === one.verticalMiB && grown.p99Ms === horizontal.p99Ms;
  return [
    {
      id: 'vertical-memory',
      claim: 'one VM that grows by requests takes less memory than a VM for each',
      source: `${SEED}.3`,
      paper: 'base + k requests instead of k (base + request)',
      ours:
        `${whole(sixteen.horizontalMiB)} against ${whole(sixteen.verticalMiB)} MiB for 16 requests at once (${times(sixteen.horizontalMiB / sixteen.verticalMiB)}); ` +
        `on the load ${whole(first.peakMiB)} MiB and ${first.cold} cold starts with ${first.concurrency} a VM, ${whole(last.peakMiB)} and ${last.cold} with ${last.concurrency}`,
      unit: '',
      numbers: {
        unit: 'ratio',
        // k (base + request) over base + k requests, of the burst's sizes
        paper: {
          bound: '=',
          value: (sixteen.requests * (BURST.base + BURST.request)) / (BURST.base + sixteen.requests * BURST.request),
        },
        ours: [{ where: '', value: sixteen.horizontalMiB / sixteen.verticalMiB }],
      },
      supported: 'partly',
      met: sixteen.horizontalMiB / sixteen.verticalMiB === 6,
      assumptions,
      command: COMMAND,
    },
    {
      id: 'control-vertical',
      claim: 'negative control: functions of one request at a time gain nothing',
      source: 'arithmetic',
      paper: 'no gain expected',
      ours: `${whole(one.horizontalMiB)} against ${whole(one.verticalMiB)} MiB; p99 of ${horizontal.p99Ms.toFixed(3)} against ${grown.p99Ms.toFixed(3)} ms`,
      unit: '',
      numbers: {
        unit: 'ratio',
        paper: { bound: '=', value: 1 },
        ours: [{ where: '', value: one.horizontalMiB / one.verticalMiB }],
      },
      supported: 'yes',
      met: equal,
      assumptions: [],
      command: COMMAND,
    },
  ];
}

/** By the budgets at which it has fewer cold starts, as many, and more. */
export function greedyDualVerdict(wins: number, ties: number, budgets: number): OwnVerdict {
  if (wins > 0) return 'reachable';
  if (ties === budgets) return 'not reached';
  if (ties === 0) return 'refuted under this load at every budget';
  return `refuted under this load at ${budgets - ties} of ${budgets} budgets, equal at ${ties === 1 ? 'one' : ties}`;
}

function greedyDual(front: readonly FrontPoint[], load: Load): Claim[] {
  const bounded = front.filter(({ budgetShare }) => budgetShare !== null);
  const of = (policy: string): FrontPoint[] => bounded.filter((point) => point.policy === policy);
  const [lru, gd] = [of('lru'), of('gd')];
  if (lru.length === 0 || gd.length === 0) return [];
  const wins = gd.filter((point, i) => point.missShare < lru[i]!.missShare).length;
  const ties = gd.filter((point, i) => point.missShare === lru[i]!.missShare).length;
  return [
    {
      id: 'greedy-dual',
      claim: 'greedy-dual keeps the better instances: fewer cold starts than least recently used',
      source: 'FaasCache (ASPLOS 2021)',
      paper: 'fewer cold starts at equal memory',
      ours:
        `fewer cold starts and drops at ${wins} of ${gd.length} budgets: ${gd.map((point, i) => `${gib(point.budgetMiB!)} ${percent(point.missShare)} against ${percent(lru[i]!.missShare)}`).join('; ')}; ` +
        `mean time to start there: ${gd.map((point, i) => `${point.meanStartMs.toFixed(1)} against ${lru[i]!.meanStartMs.toFixed(1)} ms`).join(', ')}`,
      unit: '',
      numbers: {
        unit: 'ratio',
        paper: { bound: '<', value: 1 },
        ours: gd.flatMap(({ budgetMiB, missShare }, i) => {
          const least = lru[i]!.missShare;
          return least > 0 ? [{ where: gib(budgetMiB!), value: missShare / least }] : [];
        }),
      },
      supported: wins > 0 ? 'partly' : 'no',
      verdict: greedyDualVerdict(wins, ties, gd.length),
      assumptions: [`the load: ${load.name}`],
      command: COMMAND,
    },
  ];
}

function tables(settings: Settings, found: Found): ExperimentTable[] {
  const { tiers, front, vertical: grown, density: dense } = found;
  const keeps = settings.list('keepAlives');
  const pools = settings.list('pools');
  const at = (keep: string, pool: string): TierPoint =>
    tiers.find((point) => point.keepAliveS === Number(keep) && point.pool === Number(pool))!;
  const policies = settings.list('policies');
  const budgets = [...settings.list('budgets').map(Number), null];
  const point = (policy: string, share: number | null): FrontPoint =>
    front.find((one) => one.policy === policy && one.budgetShare === share)!;
  const byBudget = (title: string, question: string, cell: (of: FrontPoint) => string): WordTable => ({
    title,
    question,
    head: [
      'policy',
      ...budgets.map((share) => (share === null ? 'no budget' : gib(point(policies[0]!, share).budgetMiB!))),
    ],
    rows: policies.map((policy) => [policy, ...budgets.map((share) => cell(point(policy, share)))]),
  });
  const byKeep = (title: string, question: string, cell: (of: TierPoint) => string): WordTable => ({
    title,
    question,
    head: ['keep-alive, s', ...pools.map((pool) => `pool ${pool}`)],
    rows: keeps.map((keep) => [keep, ...pools.map((pool) => cell(at(keep, pool)))]),
  });
  // policies that come to the same are one point, with the least budget that gives it
  const best = new Map<string, FrontPoint[]>();
  const along = (a: FrontPoint, b: FrontPoint): number =>
    a.warmGibSecondsPer1000 - b.warmGibSecondsPer1000 || (a.budgetMiB ?? Infinity) - (b.budgetMiB ?? Infinity);
  for (const one of front.filter(({ onFront }) => onFront).toSorted(along)) {
    const at = `${one.warmGibSecondsPer1000.toFixed(1)} ${percent(one.missShare)}`;
    best.set(at, [...(best.get(at) ?? []), one]);
  }
  const drawn = [
    byKeep('Starts below 1 ms', 'How many starts stay below 1 ms?', ({ shareBelow1ms }) => percent(shareBelow1ms)),
    byKeep(
      'Dormant memory, GiB s for 1,000 calls',
      'How much memory do dormant VMs hold?',
      ({ warmGibSecondsPer1000 }) => whole(warmGibSecondsPer1000),
    ),
    byBudget(
      'Cold starts and drops, by policy and budget',
      'How many calls start cold or are dropped, by policy and budget?',
      ({ missShare }) => percent(missShare),
    ),
    byBudget(
      'Dormant memory, GiB s for 1,000 calls, by policy and budget',
      'How much memory does each policy keep warm?',
      ({ warmGibSecondsPer1000 }) => whole(warmGibSecondsPer1000),
    ),
    {
      title: 'Cold starts against the memory that is kept warm',
      question: 'What does it take in memory to have fewer cold starts?',
      points: { of: 0, x: 2, y: 3, best: 4 },
      head: ['policy', 'budget', 'GiB s of dormant VMs for 1,000 calls', 'cold starts and drops', 'on the front'],
      rows: policies.flatMap((policy) =>
        budgets.map((share) => {
          const one = point(policy, share);
          return [
            policy,
            budgetWords(one.budgetMiB),
            one.warmGibSecondsPer1000.toFixed(1),
            percent(one.missShare),
            one.onFront ? 'yes' : 'no',
          ];
        }),
      ),
    },
    {
      title: 'The front: nothing is better in both',
      question: 'Which policies and budgets does none beat in both?',
      head: ['GiB s of dormant VMs for 1,000 calls', 'cold starts and drops', 'policy', 'budget'],
      rows: [...best.values()].map((same) => {
        const { warmGibSecondsPer1000, missShare, budgetMiB } = same[0]!;
        const names = [...new Set(same.map(({ policy }) => policy))].join(', ');
        return [warmGibSecondsPer1000.toFixed(1), percent(missShare), names, budgetWords(budgetMiB)];
      }),
    },
    {
      title: 'One VM that grows: requests that it takes at once',
      question: 'What does one VM that takes several requests at once save?',
      head: ['requests a VM', 'cold', 'joined', 'most memory, MiB'],
      rows: grown.map(({ concurrency, cold, joined, peakMiB }) => [
        String(concurrency),
        String(cold),
        String(joined),
        whole(peakMiB),
      ]),
    },
    densityTable(settings, dense),
    tailTable(found.tail),
  ];
  return pictured(drawn, [
    byKeepPicture('starts below 1 ms'),
    byKeepPicture('dormant memory, GiB s for 1,000 calls'),
    byBudgetPicture('cold starts and drops'),
    byBudgetPicture('dormant memory, GiB s for 1,000 calls'),
    undefined,
    frontPicture,
    growingPicture,
    densityPicture,
  ]);
}

interface Found {
  readonly tiers: readonly TierPoint[];
  readonly front: readonly FrontPoint[];
  readonly vertical: readonly VerticalPoint[];
  readonly density: readonly DensityPoint[];
  readonly tail: readonly TailPoint[];
}

export const experiment = experimentOf(
  PROVISIONING_PARAMETERS,
  async (asked) => {
    const { module, settings } = asked;
    const load = await loadOf(settings, asked);
    const found: Found = {
      tiers: await tierSweep(settings, load, module),
      front: await frontOf(settings, load, module),
      vertical: await verticalSweep(settings, load, module),
      density: await densities(settings, settings.list('density.slos').map(Number), module),
      tail: await tailSweep(settings, module),
    };
    const [sixteen, one] = [await burst(settings, 16, module), await burst(settings, 1, module)];
    return {
      claims: [
        subMillisecond(settings, found.tiers),
        vmCold(settings),
        densityClaim(settings, found.density, COMMAND),
        ...vertical(sixteen, one, await oneAtATime(settings, module), found.vertical),
        tailClaim(settings, found.tail, COMMAND),
        ...greedyDual(found.front, load),
      ],
      tables: tables(settings, found),
      figures: {
        load: load.name,
        tiers: found.tiers.map((point) => ({ ...point })),
        front: found.front.map((point) => ({ ...point })),
        vertical: found.vertical.map((point) => ({ ...point })),
        density: found.density.map((point) => ({ ...point })),
        tail: found.tail.map((point) => ({
          ...point,
          hyperflux: { ...point.hyperflux },
          microvms: { ...point.microvms },
        })),
      },
      laws: await lawsOf(settings, load, module),
    };
  },
  check,
);
