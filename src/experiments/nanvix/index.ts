// Nanvix (arXiv 2604.11669): a user VM for every call, a system VM for every tenant. How many fewer hosts that takes, by how long system VMs and
// the VMs of others are kept and how many functions a tenant has. Rules: docs/nanvix.md.

import { type Claim, type ExperimentTable, type FigureValues, type WordTable, experimentOf } from '../experiment.js';
import { outside } from '../lists.js';
import { tooManyCalls } from '../most-calls.js';
import { refuse, type Settings } from '../parameters.js';
import {
  baselineMemory,
  type BaselineName,
  baselineOf,
  type Cell,
  functionsPerHost,
  nanvixMemory,
  sweep,
  userMemory,
} from './arithmetic.js';
import { baselineHost, type Host, mostParts, nanvixHost } from './host.js';
import { arithmeticOff, type Searched, searches } from './searched.js';
import { tracedCalls } from '../traced.js';
import { type TracePoint, tracePoints, traceTable } from './traced.js';
import { NANVIX_PARAMETERS } from './parameters.js';
import { pictured } from '../pictures.js';
import { hostsPicture, keptPicture, searchedPicture, tracePicture } from './pictures.js';
import { percent } from '../words.js';

const SOURCE = 'arXiv 2604.11669, abstract';
const COMMAND = 'fluxhost reproduce nanvix';
const [LOW, HIGH] = [20, 100] as const;

const times = (value: number): string =>
  `${value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)}x`;

function check(settings: Settings): void {
  const problems: Parameters<typeof refuse>[0][number][] = [];
  const sysKeep = settings.number('sysKeep');
  const userStart = settings.number('userStart');
  if (sysKeep * 1000 < userStart)
    problems.push({
      path: 'sysKeep',
      given: sysKeep,
      expected: `at least userStart (${userStart} ms): a system VM outlives the start of the call that needs it`,
    });
  for (const path of ['tenantSizes', 'search.tenantSizes'])
    problems.push(...outside(settings, path, { from: 1, to: 1e5, whole: true }));
  for (const path of ['sysKeeps', 'keepAlives', 'search.sysKeeps', 'search.keepAlives'])
    problems.push(...outside(settings, path, { from: 0, to: 1e6 }));
  const vm = Math.max(
    settings.number('userMemory') + settings.number('systemMemory'),
    settings.number('baseline.memory'),
  );
  for (const path of ['host.memory', 'search.memory'])
    if (settings.number(path) * 1024 < vm)
      problems.push({ path, given: settings.number(path), expected: `room for the VMs of one call (${vm} MiB)` });
  const [perTenant, rate, duration, calls] = ['functionsPerTenant', 'rate', 'search.duration', 'ioPerCall'].map(
    (path) => settings.number(path),
  ) as [number, number, number, number];
  problems.push(
    ...tooManyCalls('search.duration', duration, rate * duration, `rate x search.duration`, mostParts(calls)),
    ...tooManyCalls('functionsPerTenant', perTenant, LAW_TENANTS * LEAST_CALLS, 'calls of the laws', mostParts(calls)),
  );
  for (const count of settings.list('trace.tenants').map(Number))
    if (count < 0 || !Number.isInteger(count))
      problems.push({ path: 'trace.tenants', given: count, expected: 'whole numbers from 0' });
  refuse(problems);
}

/** Of the run that laws are held against, and of each of them the calls at least. */
const LAW_TENANTS = 40;
const LEAST_CALLS = 8;

/** What the rules say of a simulated run of one tenant size, beside what it did. */
async function laws(settings: Settings, module?: WebAssembly.Module): Promise<Record<string, FigureValues>> {
  const perTenant = settings.number('functionsPerTenant');
  const rate = settings.number('rate') * perTenant;
  const keepS = Math.max(1 / rate, settings.number('userStart') / 1000);
  // fewer calls where each has many parts
  const durationS =
    Math.max(LEAST_CALLS, Math.min(400, Math.floor(mostParts(settings.number('ioPerCall')) / LAW_TENANTS))) / rate;
  const host: Host = { cores: 256, memoryBytes: null, durationS };
  const run = await nanvixHost(settings, host, LAW_TENANTS * perTenant, perTenant, keepS, module);
  const memory = run.byteNs / run.endedNs / 2 ** 20 / (LAW_TENANTS * perTenant);
  return {
    systemStarts: {
      keepS,
      share: run.systemStarts / run.latencyNs.length,
      theory: Math.exp(-rate * keepS),
      calls: run.latencyNs.length,
    },
    meanMemory: { perFunctionMiB: memory, theory: nanvixMemory(settings, perTenant, keepS) },
  };
}

/** What was found, and whether a search ended there for want of more to try. */
const counts = (most: number, misses: number | null): string => (misses === null ? `${most} and more` : String(most));

const inRegion = (value: number): boolean => value >= LOW && value <= HIGH;

function regionWords(cells: readonly Cell[], key: 'byMemory' | 'withCores'): string {
  const inside = cells.filter((cell) => inRegion(cell[key]));
  if (inside.length === 0) return 'no point';
  const lists = (of: (cell: Cell) => number): number[] => [...new Set(inside.map(of))].sort((x, y) => x - y);
  // the factor grows with functions: those inside are one after the other, so that ranges of them hold no other point
  const rows = lists((c) => c.keepAliveS).map((keepAliveS) => {
    const byFunctions = new Map<string, number[]>();
    for (const sysKeepS of lists((c) => c.sysKeepS)) {
      const of = inside.filter((c) => c.keepAliveS === keepAliveS && c.sysKeepS === sysKeepS).map((c) => c.functions);
      if (of.length === 0) continue;
      const [low, high] = [Math.min(...of), Math.max(...of)];
      const words = low === high ? String(low) : `${low} to ${high}`;
      byFunctions.set(words, [...(byFunctions.get(words) ?? []), sysKeepS]);
    }
    const parts = [...byFunctions].map(
      ([functions, keeps]) => `${functions} functions with system VMs ${keeps.join(', ')} s`,
    );
    return `others' VMs kept ${keepAliveS} s: ${parts.join(', ')}`;
  });
  return `${inside.length} of ${cells.length} points (${rows.join('; ')})`;
}

function factor(settings: Settings, name: BaselineName, perTenant: number, sysKeepS: number, keepAliveS: number) {
  const base = functionsPerHost(settings, baselineMemory(settings, baselineOf(settings, name), keepAliveS));
  const nanvix = functionsPerHost(settings, nanvixMemory(settings, perTenant, sysKeepS));
  return { byMemory: nanvix.memory / base.memory, withCores: nanvix.both / base.both };
}

/** Nothing kept, every VM as fast to start and no I/O: what is left is the size of VMs; by arithmetic, and by the same calls on both hosts. */
async function control(settings: Settings, module?: WebAssembly.Module): Promise<FigureValues> {
  const start = settings.number('baseline.snapshot.start');
  const equal = settings.with({ userStart: start, systemStart: start, parallelStart: true, ioPerCall: 0 });
  const restored = baselineOf(equal, 'snapshot');
  const base = baselineMemory(equal, restored, 0);
  const host: Host = { cores: 256, memoryBytes: null, durationS: 400 / settings.number('rate') };
  const own = await nanvixHost(equal.with({ systemMemory: 0 }), host, LAW_TENANTS, 1, 0, module);
  const others = await baselineHost(equal, host, LAW_TENANTS, restored, 0, module);
  return {
    simulated: others.byteNs / own.byteNs,
    withoutSystemVm: base / userMemory(equal),
    withSystemVm: base / nanvixMemory(equal, settings.number('functionsPerTenant'), 0),
    perGiB: 134 / 104,
  };
}

function claims(
  settings: Settings,
  cells: readonly Cell[],
  found: readonly Searched[],
  negative: FigureValues,
): Claim[] {
  const cold = cells.filter(({ baseline }) => baseline === 'firecracker');
  const keep = settings.number('baseline.keepAlive');
  const own = factor(settings, 'firecracker', settings.number('functionsPerTenant'), settings.number('sysKeep'), keep);
  const none = baselineMemory(settings, baselineOf(settings, 'firecracker'), keep) / userMemory(settings);
  const sizes = settings.number('baseline.snapshot.memory') / settings.number('userMemory');
  const early = found.filter((one) => one.early);
  const atOwn = early.find(({ functions }) => functions === settings.number('functionsPerTenant')) ?? early[0]!;
  const factors = early.flatMap(({ ratio }) => ratio ?? []);
  const searched = `by search on ${settings.number('search.memory')} GiB until p99 passes ${settings.number('slo')} ms`;
  const both = cells.filter((cell) => inRegion(cell.byMemory));
  const swept = cold.map(({ withCores }) => withCores);
  const off = arithmeticOff(found);
  const held =
    off.low === null || off.high === null
      ? 'no point was searched'
      : `${off.points} points were searched on ${settings.number('search.memory')} GiB, where the arithmetic gives ${off.low.toFixed(2)} to ${off.high.toFixed(2)} of what is found`;
  const assumptions = [
    `memory of a system VM and how long it is kept are not published: ${settings.number('systemMemory')} MiB and ${settings.number('sysKeep')} s are assumed`,
    'every function is called as often as every other; hosts are filled evenly',
    `a host of ${settings.number('host.memory')} GiB and ${settings.number('host.cores')} cores (assumed)`,
  ];
  const common = { source: SOURCE, unit: '', command: COMMAND, assumptions } as const;
  return [
    {
      ...common,
      id: 'fewer-hosts',
      claim: 'fewer hosts for the same calls',
      paper: '20 to 100 times fewer',
      ours:
        `${times(own.withCores)} at the parameters given, ${times(none)} by memory alone if no system VM were kept; by arithmetic, 20 to 100 by ` +
        `memory at ${regionWords(cold, 'byMemory')}; where the cores bind, too, at ${regionWords(cold, 'withCores')}; ${held}`,
      numbers: {
        unit: 'ratio',
        paper: { bound: '=', value: LOW, to: HIGH },
        ours: [
          {
            where: '',
            value: own.withCores,
            reach: { kind: 'range', low: Math.min(...swept), high: Math.max(...swept) },
          },
        ],
      },
      supported: both.length > 0 ? 'partly' : 'no',
      verdict: both.length > 0 ? 'reachable' : 'not reached',
    },
    {
      ...common,
      id: 'fewer-hosts-early',
      claim: 'the same where a kept VM goes as soon as its memory is needed',
      paper: '20 to 100 times fewer',
      ours:
        atOwn.ratio === null
          ? `${atOwn.baseline === 0 ? 'no function' : `${counts(atOwn.baseline, atOwn.baselineMisses)} functions`} in Firecracker VMs ${atOwn.baseline === 0 ? 'meets' : 'meet'} a p99 of ${settings.number('slo')} ms on ${settings.number('search.memory')} GiB; ${counts(atOwn.nanvix, atOwn.nanvixMisses)} do under Nanvix`
          : `${early.map(({ functions, ratio }) => `${ratio === null ? 'undecided' : times(ratio)} with ${functions} functions a tenant`).join(', ')}, ${searched}: ` +
            `with VMs that keep to their time ${times(own.byMemory)} by memory`,
      numbers: {
        unit: 'ratio',
        paper: { bound: '=', value: LOW, to: HIGH },
        ours:
          atOwn.ratio === null
            ? []
            : [
                {
                  where: '',
                  value: atOwn.ratio,
                  reach: { kind: 'range', low: Math.min(...factors), high: Math.max(...factors) },
                },
              ],
      },
      supported: factors.some(inRegion) ? 'partly' : 'no',
    },
    {
      ...common,
      id: 'control',
      claim: 'negative control: nothing is kept anywhere, all VMs start equally fast and no call has I/O',
      paper: `no factor beyond the sizes of the VMs, ${times(sizes)}`,
      ours: `${times(Number(negative['simulated']))} without system VMs, by the same calls on both hosts (${times(Number(negative['withoutSystemVm']))} by arithmetic), ${times(Number(negative['withSystemVm']))} with one for every call`,
      numbers: {
        unit: 'ratio',
        paper: { bound: '=', value: sizes },
        ours: [
          { where: 'without system VMs', value: Number(negative['simulated']) },
          { where: 'with one for every call', value: Number(negative['withSystemVm']) },
        ],
      },
      supported: 'partly',
      met: ['simulated', 'withoutSystemVm'].every((name) => Math.abs(Number(negative[name]) / sizes - 1) < 0.02),
    },
  ];
}

const counted = (tenants: number): string => `${tenants} ${tenants === 1 ? 'tenant' : 'tenants'}`;

/** The same on the calls of a trace, as its owners are tenants and put together. */
function traceClaims(settings: Settings, traced: readonly TracePoint[]): Claim[] {
  if (traced.length === 0) return [];
  const factors = traced.map((point) => point.factor);
  const met = factors.some(inRegion);
  return [
    {
      id: 'fewer-hosts-trace',
      claim: 'fewer hosts for the calls of the trace',
      source: SOURCE,
      paper: '20 to 100 times fewer',
      ours: `by mean memory ${traced.map(({ factor: of, tenants }) => `${times(of)} with ${counted(tenants)}`).join(', ')}`,
      unit: '',
      numbers: {
        unit: 'ratio',
        paper: { bound: '=', value: LOW, to: HIGH },
        ours: traced.map(({ tenants, factor: value }) => ({ where: counted(tenants), value })),
      },
      supported: met ? 'partly' : 'no',
      verdict: met ? 'reachable' : 'not reached',
      assumptions: [
        `system VMs of ${settings.number('systemMemory')} MiB; neither cores nor memory of a host bind`,
        'owners of the trace that are put together are one tenant',
      ],
      command: COMMAND,
    },
  ];
}

function tables(settings: Settings, cells: readonly Cell[], found: readonly Searched[]): ExperimentTable[] {
  const sizes = settings.list('tenantSizes');
  const keeps = settings.list('sysKeeps');
  const grids = (['byMemory', 'withCores'] as const).map((key): WordTable => {
    const keepAliveS = Number(settings.list('keepAlives').at(-2) ?? settings.list('keepAlives')[0]);
    return {
      title: `Hosts of Firecracker VMs kept ${keepAliveS} s for one of Nanvix, ${key === 'byMemory' ? 'by memory' : 'by memory and cores'}, by arithmetic`,
      question: `How many hosts of Firecracker VMs stand for one of Nanvix, ${key === 'byMemory' ? 'by memory' : 'by memory and cores'}?`,
      head: ['functions a tenant', ...keeps.map((keep) => `system VM kept ${keep} s`)],
      rows: sizes.map((size) => [
        size,
        ...keeps.map((keep) =>
          times(
            cells.find(
              (c) =>
                c.baseline === 'firecracker' &&
                c.keepAliveS === keepAliveS &&
                c.functions === Number(size) &&
                c.sysKeepS === Number(keep),
            )![key],
          ),
        ),
      ]),
    };
  });
  const overKeepAlive: WordTable = {
    title: `Hosts for one of Nanvix by memory, system VMs kept ${settings.number('sysKeep')} s, 20 functions a tenant, by arithmetic`,
    question: 'How many hosts does keeping VMs longer take?',
    head: ['kept, s', 'Firecracker, booted', 'Firecracker, restored'],
    rows: settings
      .list('keepAlives')
      .map((keep) => [
        keep,
        ...(['firecracker', 'snapshot'] as const).map((name) =>
          times(factor(settings, name, 20, settings.number('sysKeep'), Number(keep)).byMemory),
        ),
      ]),
  };
  const searched: WordTable = {
    title: `Functions on a simulated host of ${settings.number('search.memory')} GiB until p99 passes ${settings.number('slo')} ms, to within ${percent(settings.number('precision'))}`,
    question: 'How many functions does a simulated host take?',
    head: [
      'functions a tenant',
      'kept VMs',
      'system VM kept, s',
      'others kept, s',
      'Nanvix',
      'Firecracker',
      'ratio',
      'by arithmetic',
    ],
    rows: found.map(({ functions, early, sysKeepS, keepAliveS, nanvix, baseline, ratio, arithmetic }) => [
      String(functions),
      early ? 'go when memory is needed' : 'keep to their time',
      String(sysKeepS),
      String(keepAliveS),
      String(nanvix),
      String(baseline),
      ratio === null ? '-' : times(ratio),
      early ? '' : times(arithmetic),
    ]),
  };
  return pictured([...grids, overKeepAlive, searched], [hostsPicture, hostsPicture, keptPicture, searchedPicture]);
}

export const experiment = experimentOf(
  NANVIX_PARAMETERS,
  async (asked) => {
    const { module, settings } = asked;
    const calls = await tracedCalls(settings, asked, 'trace.duration');
    const traced = await tracePoints(settings, calls, module);
    const cells = sweep(settings);
    const found = await searches(settings, module);
    const negative = await control(settings, module);
    return {
      claims: [...claims(settings, cells, found, negative), ...traceClaims(settings, traced)],
      tables: [
        ...tables(settings, cells, found),
        ...(traced.length === 0 ? [] : pictured([traceTable(traced, settings)], [tracePicture])),
      ],
      figures: {
        memoryPerFunctionMiB: {
          nanvix: nanvixMemory(settings, settings.number('functionsPerTenant'), settings.number('sysKeep')),
          userVms: userMemory(settings),
          firecracker: baselineMemory(
            settings,
            baselineOf(settings, 'firecracker'),
            settings.number('baseline.keepAlive'),
          ),
          snapshot: baselineMemory(settings, baselineOf(settings, 'snapshot'), settings.number('baseline.keepAlive')),
        },
        sweep: cells.map((cell) => ({ ...cell })),
        searched: found.map((one) => ({ ...one })),
        arithmeticOfSearch: { ...arithmeticOff(found) },
        control: negative,
        trace: traced.map((point) => ({ ...point })),
        load:
          calls === null
            ? 'generated: Poisson calls, lognormal computation; no trace'
            : `generated, and ${settings.text('trace')}, ${calls.functions.length} functions, ${calls.invocations.atNs.length} calls`,
      },
      laws: await laws(settings, module),
    };
  },
  check,
);
