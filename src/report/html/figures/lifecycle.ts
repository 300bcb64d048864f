// Functions that come and go: where requests found their instances and how long it took, what memory the instances held, which
// functions started cold; and the whole of it in a sentence, which is the verdict where there are no VMs.

import { SERVED_TIERS } from '../../../lifecycle/counters.js';
import { type LifecycleResult, CAUSE_WORDS, CAUSES, coldStarts, servedInAll } from '../../../lifecycle/result.js';
import { formatCount, formatShare } from '../../units.js';
import type { Figure, Hue, ResponsePlot, StackPlot, TailPlot } from '../figure.js';
import { overSeeds } from '../seeds.js';
import { duration, grouped, listed } from '../words.js';
import { tailCurve, tailPoints } from './latency.js';
import { lineOf } from './lines.js';
import type { Named } from './named.js';

const GIB = 2 ** 30;
const MOST_FUNCTIONS = 12;
const TABLE_INSTANTS = 40;

interface Shown extends Named {
  readonly lifecycle: LifecycleResult;
}

const shownOf = (runs: readonly Named[]): Shown[] =>
  runs.flatMap((run) => {
    const { lifecycle } = run.result;
    return lifecycle === undefined || lifecycle.arrived === 0 ? [] : [{ ...run, lifecycle }];
  });

const gibSeconds = (value: number): string => (value >= 1000 ? formatCount(Math.round(value)) : value.toPrecision(3));
const gib = (bytes: number): string => `${Number((bytes / GIB).toPrecision(3))}\u00a0GiB`;

/** `11.9 % of 1,544 requests started cold, with 91.6 GiB·s of warm memory for 1,000 of them`; '' where none came. */
export function functionsSentence(runs: readonly Named[]): string {
  const said = shownOf(runs).map(({ label, result, lifecycle }) => {
    const cold = overSeeds(result, lifecycle.coldStartRate, formatShare, (f) => f['lifecycle.coldStartRate']);
    const warm = overSeeds(
      result,
      lifecycle.warmGibSecondsPer1000,
      gibSeconds,
      (f) => f['lifecycle.warmGibSecondsPer1000'],
    );
    const { arrived, dropped, timedOut, served } = lifecycle;
    // said where it is more than what starts cold: starts ahead make few cold and many wait
    const waiting =
      served.joined <= coldStarts(lifecycle)
        ? ''
        : ` and lets ${formatShare(served.joined / servedInAll(lifecycle))} wait for a start under way`;
    const lost = dropped + timedOut === 0 ? '' : `; ${formatShare((dropped + timedOut) / arrived)} find no memory`;
    const rest = `${cold} of the functions’ requests cold${waiting}, with ${warm} GiB·s of warm memory for each 1,000 of them${lost}`;
    return { label, rest };
  });
  // what is the same under several mechanisms is said once
  const labels = new Map<string, string[]>();
  for (const { label, rest } of said) labels.set(rest, [...(labels.get(rest) ?? []), label]);
  const parts = [...labels].map(
    ([rest, named]) => `${listed(named)} ${named.length === 1 ? 'starts' : 'start'} ${rest}`,
  );
  return parts.length === 0 ? '' : `${parts.join('; ')}.`;
}

/** What a tier is to a request. */
const FOUND: Readonly<Record<(typeof SERVED_TIERS)[number], string>> = {
  active: 'join an instance that serves (active)',
  joined: 'wait for one that starts already (joined)',
  dormant: 'find one that is dormant',
  restore: 'restore one from a snapshot',
  vm: 'boot a VM without initialisation (vm)',
  full: 'boot and initialise one (full)',
};

/** `under a …`, `under b …` as sentences. */
const sentenceOf = (parts: readonly string[]): string => {
  const all = parts.join('. ');
  return `${all.replace(/(^|\. )u(?=nder )/g, '$1U')}.`;
};

/** What is warm in one hue, what waits in another, what is cold in a third; what is lost stands apart. The same in every figure. */
const TIER_LOOKS = {
  active: { colour: 'var(--part-2)', texture: 'solid' },
  joined: { colour: 'var(--part-4)', texture: 'light' },
  dormant: { colour: 'var(--part-2)', texture: 'light' },
  restore: { colour: 'var(--part-4)', texture: 'solid' },
  vm: { colour: 'var(--part-1)', texture: 'light' },
  full: { colour: 'var(--part-1)', texture: 'solid' },
  lost: { colour: 'var(--part-3)', texture: 'solid' },
} as const;

/** The same as lines: pale ones are dashed. */
const tierHue = (tier: keyof typeof TIER_LOOKS): Hue => ({
  colour: TIER_LOOKS[tier].colour,
  dash: { active: '', joined: '2 3', dormant: '6 3', restore: '', vm: '8 3', full: '', lost: '' }[tier],
});

/** One bar a run: its requests by where they found their instance, and those that found none. */
function tiersFigure(runs: readonly Named[]): Figure | undefined {
  const shown = shownOf(runs).filter(({ lifecycle }) => servedInAll(lifecycle) > 0);
  if (shown.length === 0) return undefined;
  const partsOf = ({
    served,
    dropped,
    timedOut,
  }: LifecycleResult): readonly (readonly [keyof typeof TIER_LOOKS, number])[] => [
    ...SERVED_TIERS.map((tier) => [tier, served[tier]] as const),
    ['lost', dropped + timedOut],
  ];
  const says = shown.map(({ label, lifecycle }) => {
    const all = servedInAll(lifecycle);
    const warm = lifecycle.served.active + lifecycle.served.dormant;
    const { joined } = lifecycle.served;
    const shares = [
      `${formatShare(warm / all)} of the requests that were served found a warm instance`,
      ...(joined === 0 ? [] : [`${formatShare(joined / all)} waited for one that was starting already`]),
      `${formatShare(coldStarts(lifecycle) / all)} started one`,
    ];
    return `under ${label} ${listed(shares)}`;
  });
  return {
    id: 'tiers',
    question: 'From which tier are requests served?',
    answer: sentenceOf(says.slice(0, 3)),
    caption:
      'Requests by where they found their instance: it served already (active), lay dormant, was starting (joined), was restored from a snapshot ' +
      '(restore), its VM was booted without initialisation (vm) or with it (full); lost: dropped or timed out for want of memory.',
    drawing: {
      kind: 'stack',
      unit: 'requests',
      rows: shown.map(({ label, lifecycle }) => ({
        name: label,
        parts: partsOf(lifecycle).map(([name, seconds]) => ({ name, ...TIER_LOOKS[name], seconds })),
      })),
    },
    table: {
      head: ['mechanism', 'tier', 'requests'],
      rows: shown.flatMap(({ label, lifecycle }) =>
        partsOf(lifecycle).map(([name, count]) => [label, name, grouped(count)]),
      ),
    },
  };
}

/** One panel a run, one line a tier. */
function startsFigure(runs: readonly Named[]): Figure | undefined {
  const shown = shownOf(runs).filter(({ lifecycle }) => servedInAll(lifecycle) > 0);
  if (shown.length === 0) return undefined;
  const tiersOf = ({ served }: LifecycleResult) => SERVED_TIERS.filter((tier) => served[tier] > 0);
  const panels = shown.map(({ label, lifecycle }): TailPlot['panels'][number] => ({
    title: label,
    slo: null,
    lines: tiersOf(lifecycle).flatMap((tier) => {
      const times = lifecycle.startNsByTier[tier];
      const points = tailPoints(times);
      return points.length === 0
        ? []
        : [{ name: tier, hue: tierHue(tier), missed: false, points, curve: tailCurve(times) }];
    }),
  }));
  const says = shown.map(({ label, lifecycle }) => {
    const all = servedInAll(lifecycle);
    const shares = tiersOf(lifecycle).map((tier) => `${formatShare(lifecycle.served[tier] / all)} ${FOUND[tier]}`);
    return `under ${label}, of all requests ${listed(shares)}; 99 % of all enter within ${duration(lifecycle.startNs.p99)}`;
  });
  return {
    id: 'starts',
    question: 'Where does a request find its instance, and how long does it take?',
    answer: sentenceOf(says.slice(0, 3)),
    caption:
      'Share of a tier’s requests that took longer than a time, from the arrival to the entry into the VM; tiers without a wait have no line. ' +
      'Dots are quantiles, hollow ones with fewer than ten samples behind them; lines between them only guide the eye.',
    drawing: { kind: 'tail', x: 'from arrival to entering the VM →', y: '↑ share that took longer', panels },
    table: {
      head: ['mechanism', 'tier', 'requests', 'share', 'mean', 'p50', 'p90', 'p99', 'max', 'latency p99'],
      rows: shown.flatMap(({ label, lifecycle }) =>
        tiersOf(lifecycle).map((tier) => {
          const { mean, p50, p90, p99, max } = lifecycle.startNsByTier[tier];
          const served = lifecycle.served[tier];
          return [
            label,
            tier,
            grouped(served),
            formatShare(served / servedInAll(lifecycle)),
            ...[mean, p50, p90, p99, max].map(duration),
            duration(lifecycle.latencyNsByTier[tier].p99),
          ];
        }),
      ),
    },
  };
}

const STATES = [
  ['dormant', 'warmBytes', tierHue('dormant')],
  ['active', 'busyBytes', tierHue('active')],
  ['starting', 'startingBytes', tierHue('joined')],
] as const;

/** What instances hold over the run, by their state, below the budget. */
function instancesOverTime(runs: readonly Named[]): Figure | undefined {
  const shown = shownOf(runs).filter(({ lifecycle }) => lifecycle.overTime.length > 1);
  if (shown.length === 0) return undefined;
  const panels = shown.map(({ label, lifecycle: { overTime, budgetBytes } }): ResponsePlot['panels'][number] => ({
    title: shown.length === 1 ? 'GiB' : `${label}: GiB`,
    unit: 'number',
    slo: budgetBytes === null ? null : { value: budgetBytes / GIB, text: `budget ${gib(budgetBytes)}` },
    lines: STATES.map(([name, key, hue]) =>
      lineOf(
        name,
        hue,
        overTime.map((sample) => [sample.atNs / 1e9, sample[key] / GIB] as const),
      ),
    ),
  }));
  const says = shown.map(({ label, lifecycle }) => {
    const { usedMaxBytes, budgetBytes, warmByteSeconds, busyByteSeconds, startingByteSeconds } = lifecycle;
    const all = warmByteSeconds + busyByteSeconds + startingByteSeconds;
    const of = budgetBytes === null ? '' : ` of ${gib(budgetBytes)}`;
    return `under ${label} at most ${gib(usedMaxBytes)}${of}; ${formatShare(all === 0 ? null : warmByteSeconds / all)} of it, over time, is held dormant`;
  });
  return {
    id: 'instances-over-time',
    question: 'What memory do instances hold?',
    answer: sentenceOf(says.slice(0, 3)),
    caption:
      'Memory of instances that are kept warm (dormant), that serve (active) and that start, at instants of the whole run, warm-up included' +
      (panels.some(({ slo }) => slo !== null) ? '; the dashed line is the budget of all three.' : '.'),
    drawing: { kind: 'response', x: 'simulated time, s', words: false, log: false, cloud: false, panels },
    table: {
      head: ['mechanism', 's', 'dormant GiB', 'active GiB', 'starting GiB', 'instances'],
      rows: shown.flatMap(({ label, lifecycle: { overTime } }) => {
        const every = Math.ceil(overTime.length / TABLE_INSTANTS);
        return overTime
          .filter((_, i) => i % every === 0)
          .map((sample) => [
            label,
            String(Number((sample.atNs / 1e9).toFixed(3))),
            ...STATES.map(([, key]) => (sample[key] / GIB).toFixed(3)),
            grouped(sample.instances),
          ]);
      }),
    },
  };
}

const COLD_TIERS = ['restore', 'vm', 'full'] as const;

/** The functions that started cold most often, in all runs alike. */
function coldest(shown: readonly Shown[]): string[] {
  const cold = new Map<string, number>();
  for (const { lifecycle } of shown)
    for (const one of lifecycle.functions) cold.set(one.name, (cold.get(one.name) ?? 0) + coldStarts(one));
  return [...cold]
    .filter(([, starts]) => starts > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, Math.ceil(MOST_FUNCTIONS / shown.length))
    .map(([name]) => name);
}

/** One bar a function and run: cold starts by tier. */
function coldFigure(runs: readonly Named[]): Figure | undefined {
  const shown = shownOf(runs);
  const names = coldest(shown);
  const [first] = shown;
  if (first === undefined || names.length === 0) return undefined;
  const all = names.flatMap((name) =>
    shown.flatMap(({ label, lifecycle }) =>
      lifecycle.functions.filter((one) => one.name === name).map((one) => ({ label, one })),
    ),
  );
  const rows = all.map(({ label, one }): StackPlot['rows'][number] => ({
    name: shown.length === 1 ? one.name : `${one.name}, ${label}`,
    parts: COLD_TIERS.map((tier) => ({ name: tier, ...TIER_LOOKS[tier], seconds: one.served[tier] })),
  }));
  const says = shown.map(({ label, lifecycle }) => {
    const most = [...lifecycle.functions].sort((a, b) => coldStarts(b) - coldStarts(a))[0]!;
    return (
      `under ${label} ${most.name} starts cold most often, ${grouped(coldStarts(most))} times in ${grouped(most.arrived)} requests; ` +
      `all functions together do so ${grouped(coldStarts(lifecycle))} times in ${grouped(lifecycle.arrived)}`
    );
  });
  return {
    id: 'cold-starts',
    question: 'Which functions start cold?',
    answer: sentenceOf(says.slice(0, 3)),
    caption:
      'Requests for which an instance was restored from a snapshot (restore), a VM was booted for a function without initialisation (vm), or ' +
      `one was booted and initialised (full); the ${grouped(names.length)} functions with the most of them. Numbers in the bars count them.`,
    drawing: { kind: 'stack', unit: 'cold starts', counted: true, rows },
    table: {
      head: ['function', 'mechanism', 'requests', 'cold', 'rate', 'start mean', 'evictions', 'expirations'],
      rows: all.map(({ label, one }) => [
        one.name,
        label,
        grouped(one.arrived),
        grouped(coldStarts(one)),
        formatShare(one.coldStartRate),
        duration(one.meanStartNs),
        grouped(one.evictions),
        grouped(one.expirations),
      ]),
    },
  };
}

/** Evictions in one hue, expirations in another. */
const CAUSE_LOOKS = {
  forStart: { colour: 'var(--part-1)', texture: 'solid' },
  forRequest: { colour: 'var(--part-1)', texture: 'light' },
  needless: { colour: 'var(--part-4)', texture: 'solid' },
  keepAlive: { colour: 'var(--part-2)', texture: 'solid' },
  unloaded: { colour: 'var(--part-2)', texture: 'light' },
} as const;

/** One bar a run: instances by why they went; the table has the functions too. */
export function goneFigure(runs: readonly Named[]): Figure | undefined {
  const shown = shownOf(runs).filter(({ lifecycle }) => CAUSES.some((cause) => lifecycle.gone[cause] > 0));
  if (shown.length === 0) return undefined;
  const names = mostGone(shown);
  const says = shown.map(({ label, lifecycle: { gone } }) => {
    const causes = CAUSES.filter((cause) => gone[cause] > 0);
    const all = causes.reduce((sum, cause) => sum + gone[cause], 0);
    return `under ${label}, of ${grouped(all)}: ${listed(causes.map((cause) => `${CAUSE_WORDS[cause]} (${grouped(gone[cause])})`))}`;
  });
  const row = (name: string, label: string, gone: LifecycleResult['gone']): string[] => [
    name,
    label,
    ...CAUSES.map((cause) => grouped(gone[cause])),
  ];
  return {
    id: 'gone',
    question: 'Why do instances go?',
    answer: sentenceOf(says.slice(0, 3)),
    caption:
      'Evicted for want of memory, for an instance that was to start or for one more request, or, as FaasCache does it, in vain or beyond need; ' +
      'expired at the end of their keep-alive, or unloaded as soon as they were dormant. Numbers in the bars count instances.',
    drawing: {
      kind: 'stack',
      unit: 'instances',
      counted: true,
      rows: shown.map(({ label, lifecycle: { gone } }) => ({
        name: label,
        parts: CAUSES.map((cause) => ({ name: CAUSE_WORDS[cause], ...CAUSE_LOOKS[cause], seconds: gone[cause] })),
      })),
    },
    table: {
      head: ['function', 'mechanism', ...CAUSES.map((cause) => CAUSE_WORDS[cause])],
      rows: shown.flatMap(({ label, lifecycle }) => [
        row('all', label, lifecycle.gone),
        ...lifecycle.functions.filter(({ name }) => names.has(name)).map(({ name, gone }) => row(name, label, gone)),
      ]),
    },
  };
}

/** The functions that lost most instances, in all runs alike. */
function mostGone(shown: readonly Shown[]): Set<string> {
  const lost = new Map<string, number>();
  for (const { lifecycle } of shown)
    for (const { name, evictions, expirations } of lifecycle.functions)
      lost.set(name, (lost.get(name) ?? 0) + evictions + expirations);
  const most = [...lost].filter(([, all]) => all > 0).sort(([, a], [, b]) => b - a);
  return new Set(most.slice(0, Math.ceil(MOST_FUNCTIONS / shown.length)).map(([name]) => name));
}

/** Where requests found their instances, what those held, and why they started and went. */
export const functionsFigures = (runs: readonly Named[]): readonly (Figure | undefined)[] => [
  tiersFigure(runs),
  startsFigure(runs),
  instancesOverTime(runs),
  coldFigure(runs),
  goneFigure(runs),
];
