// Valve (arXiv 2604.07874): one GPU that serves requests online and works offline in between. How often offline work is interrupted by the
// cooldown, what online requests feel of it, and from which load on the published utilization is there. Rules: docs/valve.md.

import { type Asked, type Claim, type ExperimentResult, type ExperimentTable, experimentOf } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { type Figures, type Given, givenOf, pagesOf, requestsOf, runOnce } from './gpu.js';
import { laws } from './laws.js';
import { VALVE_PARAMETERS } from './parameters.js';
import type { Remark } from '../../report/trust.js';
import { pictured } from '../pictures.js';
import { loadPicture, offlinePicture, preemptionsPicture } from './pictures.js';

const SOURCE = 'arXiv 2604.07874, abstract';
const COMMAND = 'fluxhost reproduce valve';
const UTILIZATION = 0.346;

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
const change = (share: number): string => `${share >= 0 ? '+' : '-'}${percent(Math.abs(share))}`;

function check(settings: Settings): void {
  const problems: Parameters<typeof refuse>[0][number][] = [];
  const pages = pagesOf(settings);
  if (pages < 2)
    problems.push({
      path: 'kv',
      given: settings.number('kv'),
      expected: 'room for two pages (kvPerToken, pageTokens; less prefixes)',
    });
  const prefixes = settings.number('prefixes');
  if (prefixes > 0 && (settings.text('trace') === '' || settings.text('trace.format') !== 'mooncake'))
    problems.push({
      path: 'prefixes',
      given: prefixes,
      expected: '0, or a trace of trace.format mooncake: no other says what prompts begin with',
    });
  const offline = Math.ceil(
    (settings.number('offline.prompt') + settings.number('offline.output')) / settings.number('pageTokens'),
  );
  if (offline > pages)
    problems.push({
      path: 'offline.prompt',
      given: settings.number('offline.prompt'),
      expected: `room for one offline request: ${pages} pages`,
    });
  if (settings.number('headroom') > pages)
    problems.push({
      path: 'headroom',
      given: settings.number('headroom'),
      expected: `at most the ${pages} pages that there are`,
    });
  if (settings.number('duration') * settings.number('rate') > 1e7)
    problems.push({ path: 'rate', given: settings.number('rate'), expected: 'at most 1e7 requests (duration)' });
  const limited = (path: string, holds: (value: number) => boolean, expected: string): void => {
    const wrong = settings.list(path).find((text) => !holds(Number(text)));
    if (wrong !== undefined) problems.push({ path, given: wrong, expected });
  };
  limited(
    'rates',
    (rate) => rate > 0 && rate * settings.number('duration') <= 1e7,
    'rates above 0, of at most 1e7 requests',
  );
  limited('cooldowns', (ms) => ms <= 1e7, 'ms up to 1e7');
  limited('gaps', (ms) => ms <= 1e5, 'ms up to 1e5');
  limited('law.cooldowns', (ms) => ms <= 1e7, 'ms up to 1e7');
  limited('law.poissonCooldowns', (ms) => ms <= 1e7, 'ms up to 1e7');
  limited('law.arrivals', (ms) => ms <= 1e10, 'ms up to 1e10');
  limited('law.demand', (n) => Number.isInteger(n) && n <= 10_000, 'whole pages up to 10,000');
  if (settings.list('law.demand').length > 50)
    problems.push({ path: 'law.demand', given: settings.list('law.demand').length, expected: 'at most 50 steps' });
  refuse(problems);
}

interface Swept extends Figures {
  readonly cooldownMs: number;
  readonly gapMs: number;
}

interface Loaded extends Figures {
  readonly rate: number;
}

interface Found {
  readonly own: Figures;
  /** The same requests with no offline work. */
  readonly alone: Figures;
  readonly sweep: readonly Swept[];
  readonly loads: readonly Loaded[];
  readonly greatestGapMs: number;
}

async function find({ settings, module }: Asked, given: Given): Promise<Found> {
  const requests = requestsOf(settings, given);
  const own = await runOnce(settings, given, requests, {}, module);
  const alone = await runOnce(settings, given, requests, { offline: false }, module);
  const sweep: Swept[] = [];
  for (const gapMs of settings.list('gaps').map(Number))
    for (const cooldownMs of settings.list('cooldowns').map(Number))
      sweep.push({ cooldownMs, gapMs, ...(await runOnce(settings, given, requests, { cooldownMs, gapMs }, module)) });
  const loads: Loaded[] = [];
  for (const rate of settings.list('rates').map(Number))
    loads.push({ rate, ...(await runOnce(settings, given, requestsOf(settings, given, { rate }), {}, module)) });
  return { own, alone, sweep, loads, greatestGapMs: greatestGapOf(settings, given) };
}

const common = { source: SOURCE, unit: '', supported: 'partly', command: COMMAND } as const;
const LOAD = 'load, memory, gap and offline requests are assumed; attention is not in the times of a step';

/** Of what is set, jitter included. */
const greatestGapOf = (settings: Settings, { jitter }: Given): number =>
  settings.number('gap') * jitter.reduce((a, b) => Math.max(a, b), jitter.length === 0 ? 1 : 0);

/** Offline work is then let in within a request: allowed, and the sweep does so, but hardly meant of the GPU itself. */
function remarksOf(settings: Settings, given: Given): Remark[] {
  const [gap, cooldown] = [greatestGapOf(settings, given), settings.number('cooldown')];
  if (cooldown >= gap) return [];
  return [
    {
      code: 'short-cooldown',
      detail: `cooldown is ${cooldown} ms, below the greatest gap between decodes (${Number(gap.toPrecision(4))} ms): offline work is let in and stopped within a request`,
    },
  ];
}

function preemptionClaim(settings: Settings, { own, greatestGapMs }: Found): Claim {
  // not a condition of the paper's, whose cooldown is twice the gap: nothing is refuted then
  const late = settings.number('cooldown') < greatestGapMs;
  return {
    ...common,
    id: 'preemptions',
    claim: 'preemptions that an online request sees at most',
    paper: 'at most 1',
    ours: `${own.mostSeen} (${own.preemptions} preemptions of ${own.requests} requests, ${own.perRequest.toFixed(3)} each)${late ? `; the cooldown is shorter than the greatest gap of ${greatestGapMs.toFixed(1)} ms` : ''}`,
    brief: `${own.mostSeen}; ${own.perRequest.toFixed(3)} in the mean${late ? `; the cooldown is below the greatest gap of ${greatestGapMs.toFixed(1)} ms` : ''}`,
    ...(own.mostSeen <= 1 ? { met: true } : { verdict: late ? 'not reached' : 'refuted under overlapping requests' }),
    assumptions: [
      `a theorem of the rules where the cooldown (${settings.number('cooldown')} ms) is no shorter than the greatest gap (${greatestGapMs.toFixed(1)} ms)`,
    ],
  };
}

function latencyClaim(id: string, name: string, bound: number, own: number | null, alone: number | null): Claim[] {
  if (own === null || alone === null || alone === 0) return [];
  const more = own / alone - 1;
  return [
    {
      ...common,
      id,
      claim: `${name} longer than without offline work`,
      paper: `below +${100 * bound} %`,
      ours: `${change(more)} (${alone.toFixed(2)} to ${own.toFixed(2)} ms in the mean)`,
      numbers: { unit: 'change', paper: { bound: '<', value: bound }, ours: [{ where: '', value: more }] },
      verdict: more < bound ? 'reachable' : 'not reached',
      assumptions: [LOAD],
    },
  ];
}

function utilizationClaim({ own, loads }: Found): Claim {
  const useful = (one: Figures): number => one.offlineShare - one.recomputedShare;
  const shares = [...loads, own].map(useful);
  const enough = loads.filter((one) => useful(one) >= UTILIZATION);
  const most = enough.reduce<number | null>((a, { rate }) => (a === null || rate > a ? rate : a), null);
  return {
    ...common,
    id: 'utilization',
    claim: "share of the GPU's time that offline work gains",
    paper: '+34.6 %',
    ours: `${percent(useful(own))}, ${percent(own.recomputedShare)} for what was lost beside it; ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} over the loads${most === null ? '' : `, enough up to a rate of ${most}`}`,
    brief: `${percent(useful(own))}; enough ${most === null ? 'at no load' : `up to a rate of ${most}`}`,
    numbers: {
      unit: 'share',
      paper: { bound: '=', value: UTILIZATION },
      ours: [
        {
          where: '',
          value: useful(own),
          reach: { kind: 'range', low: Math.min(...shares), high: Math.max(...shares) },
        },
      ],
    },
    verdict: most === null ? 'not reached' : 'reachable',
    assumptions: [LOAD, 'a cluster of GPUs is not simulated: one that is idle for the published share gains it'],
  };
}

/** Where preemptions fall to one a busy phase. */
function stepClaim(settings: Settings, { sweep, greatestGapMs }: Found): Claim[] {
  const gap = settings.number('gap');
  const of = sweep.filter(({ gapMs }) => gapMs === gap);
  const below = of.filter(({ cooldownMs }) => cooldownMs < greatestGapMs);
  const above = of.filter(({ cooldownMs }) => cooldownMs >= greatestGapMs);
  if (below.length === 0 || above.length === 0) return [];
  const least = Math.min(...below.map(({ perRequest }) => perRequest));
  const most = Math.max(...above.map(({ perRequest }) => perRequest));
  return [
    {
      ...common,
      id: 'step',
      claim: 'What does a cooldown below the greatest gap between decodes cost, and one beyond it?',
      paper: 'twice the gap',
      answer:
        'Below, offline work is interrupted again within a request; beyond, it only loses time: the margin of two is for gaps that vary.',
      ours: `${least.toFixed(2)} preemptions a request below ${greatestGapMs.toFixed(1)} ms, ${most.toFixed(2)} from there on; offline ${percent(Math.max(...above.map((one) => one.offlineShare)))} to ${percent(Math.min(...above.map((one) => one.offlineShare)))}`,
      brief: `${least.toFixed(2)} preemptions a request below the gap, ${most.toFixed(2)} beyond`,
      verdict: 'reachable',
      assumptions: [LOAD],
    },
  ];
}

function tables(settings: Settings, { sweep, loads }: Found): ExperimentTable[] {
  const gaps = settings.list('gaps');
  const at = (cooldown: string, gap: string): Swept =>
    sweep.find(({ cooldownMs, gapMs }) => cooldownMs === Number(cooldown) && gapMs === Number(gap))!;
  const rows = (cell: (one: Swept) => string): string[][] =>
    settings.list('cooldowns').map((cooldown) => [cooldown, ...gaps.map((gap) => cell(at(cooldown, gap)))]);
  const head = ['cooldown, ms', ...gaps.map((gap) => `gap ${gap} ms`)];
  const drawn = [
    {
      title: 'Preemptions a request by the cooldown',
      question: 'How often is a request preempted, by the cooldown?',
      head,
      rows: rows((one) => one.perRequest.toFixed(3)),
    },
    {
      title: "Offline work's share of the GPU by the cooldown",
      question: 'What does offline work get, by the cooldown?',
      head,
      rows: rows((one) => percent(one.offlineShare)),
    },
    {
      title: 'The GPU by the rate of online requests',
      question: 'What is left for offline work, by the rate of online requests?',
      head: ['requests/s', 'online', 'offline', 'of that for lost prompts'],
      rows: loads.map((one) => [
        String(one.rate),
        percent(one.busyShare),
        percent(one.offlineShare),
        percent(one.recomputedShare),
      ]),
    },
  ];
  return pictured(drawn, [preemptionsPicture, offlinePicture, loadPicture]);
}

export const experiment = experimentOf(
  VALVE_PARAMETERS,
  async (asked): Promise<ExperimentResult> => {
    const { settings, module, part } = asked;
    if (part === 'laws') return { claims: [], tables: [], laws: await laws(settings, module) };
    const given = await givenOf(asked);
    if (part === 'gpu')
      return {
        claims: [],
        tables: [],
        figures: { ...(await runOnce(settings, given, requestsOf(settings, given), {}, module)) },
        remarks: remarksOf(settings, given),
      };
    const found = await find(asked, given);
    const { own, alone } = found;
    return {
      claims: [
        preemptionClaim(settings, found),
        ...latencyClaim('ttft', 'time to the first token', 0.05, own.ttftMs, alone.ttftMs),
        ...latencyClaim('tpot', 'time for each token after it', 0.02, own.tpotMs, alone.tpotMs),
        utilizationClaim(found),
        ...stepClaim(settings, found),
      ],
      tables: tables(settings, found),
      figures: {
        own: { ...own },
        alone: { ...alone },
        sweep: found.sweep.map((one) => ({ ...one })),
        loads: found.loads.map((one) => ({ ...one })),
        greatestGapMs: found.greatestGapMs,
      },
      laws: await laws(settings, module),
      remarks: remarksOf(settings, given),
    };
  },
  check,
);
