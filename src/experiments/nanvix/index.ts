// Nanvix (arXiv 2604.11669): a user VM for every call, a system VM for every tenant. How many fewer hosts that takes, by how long system VMs and
// the VMs of others are kept and how many functions a tenant has. Rules: docs/nanvix.md.

import { type Claim, type ExperimentTable, type FigureValues, type WordTable, experimentOf } from '../experiment.js';
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
import { baselineHost, type Host, mostFunctions, nanvixHost } from './host.js';
import { tracedCalls } from '../traced.js';
import { type TracePoint, tracePoints, traceTable } from './traced.js';
import { NANVIX_PARAMETERS } from './parameters.js';
import { pictured } from '../pictures.js';
import { hostsPicture, keptPicture, searchedPicture, tracePicture } from './pictures.js';

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
  for (const size of settings.list('tenantSizes').map(Number))
    if (size < 1 || !Number.isInteger(size))
      problems.push({
        path: 'tenantSizes',
        given: size,
        expected: 'whole numbers of at least 1: a tenant has functions',
      });
  const vm = Math.max(
    settings.number('userMemory') + settings.number('systemMemory'),
    settings.number('baseline.memory'),
  );
  for (const path of ['host.memory', 'search.memory'])
    if (settings.number(path) * 1024 < vm)
      problems.push({ path, given: settings.number(path), expected: `room for the VMs of one call (${vm} MiB)` });
  for (const count of settings.list('trace.tenants').map(Number))
    if (count < 0 || !Number.isInteger(count))
      problems.push({ path: 'trace.tenants', given: count, expected: 'whole numbers from 0' });
  refuse(problems);
}

/** Functions a tenant at which a search on a simulated host is held against the arithmetic, and what is kept how long there. */
const SEARCHED = [1, 20] as const;
const KEPT_S = 600;

/** Functions of a tenant, the least and the most of the sweep. */
function extremes(settings: Settings): number[] {
  const sizes = [...settings.list('tenantSizes').map(Number), settings.number('functionsPerTenant')];
  return [...new Set([Math.min(...sizes), settings.number('functionsPerTenant'), Math.max(...sizes)])];
}

interface Searched {
  readonly functions: number;
  readonly early: boolean;
  readonly nanvix: number;
  readonly baseline: number;
  /** null: no function of the others meets the objective. */
  readonly ratio: number | null;
  readonly arithmetic: number;
}

/** With room that VMs keep to their time, and with those going early whose memory is needed. */
async function searches(settings: Settings, module?: WebAssembly.Module): Promise<Searched[]> {
  const host: Host = {
    cores: settings.number('host.cores'),
    memoryBytes: settings.number('search.memory') * 2 ** 30,
    durationS: settings.number('search.duration'),
  };
  const base = baselineOf(settings, 'firecracker');
  const found: Searched[] = [];
  const mib = settings.number('search.memory') * 1024;
  const cores = host.cores / (settings.number('rate') * (settings.number('service') / 1000));
  const perBaseline = baselineMemory(settings, base, KEPT_S);
  for (const early of [false, true]) {
    const baseline = await mostFunctions(
      settings,
      (n) => baselineHost(settings, host, n, base, KEPT_S, module),
      early,
      mib / perBaseline,
    );
    for (const functions of early ? extremes(settings) : SEARCHED) {
      const most = Math.min(cores, mib / nanvixMemory(settings, functions, KEPT_S));
      const nanvix = await mostFunctions(
        settings,
        (n) => nanvixHost(settings, host, n, functions, KEPT_S, module),
        early,
        most,
      );
      found.push({
        functions,
        early,
        nanvix,
        baseline,
        ratio: baseline === 0 ? null : nanvix / baseline,
        arithmetic: most / Math.min(cores, mib / perBaseline),
      });
    }
  }
  return found;
}

/** What the rules say of a simulated run of one tenant size, beside what it did. */
async function laws(settings: Settings, module?: WebAssembly.Module): Promise<Record<string, FigureValues>> {
  const perTenant = settings.number('functionsPerTenant');
  const tenants = 40;
  const rate = settings.number('rate') * perTenant;
  const keepS = Math.max(1 / rate, settings.number('userStart') / 1000);
  const durationS = 400 / rate;
  const host: Host = { cores: 256, memoryBytes: null, durationS };
  const run = await nanvixHost(settings, host, tenants * perTenant, perTenant, keepS, module);
  const memory = run.byteNs / run.endedNs / 2 ** 20 / (tenants * perTenant);
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

/** Nothing kept, and every VM as fast to start: what is left is the size of VMs. */
function control(settings: Settings): FigureValues {
  const equal = settings.with({ userStart: 11, systemStart: 11, 'baseline.snapshot.start': 11 });
  const base = baselineMemory(equal, baselineOf(equal, 'snapshot'), 0);
  return {
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
  const swept = cold.map(({ byMemory }) => byMemory);
  const assumptions = [
    'memory of a system VM and how long it is kept are not published: 30 MiB and 600 s are assumed',
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
        `${times(own.byMemory)} by memory at the parameters given, ${times(none)} if no system VM were kept; 20 to 100 by memory at ` +
        `${regionWords(cold, 'byMemory')}; where the cores bind, too, at ${regionWords(cold, 'withCores')}`,
      numbers: {
        unit: 'ratio',
        paper: { bound: '=', value: LOW, to: HIGH },
        ours: [
          {
            where: '',
            value: own.byMemory,
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
          ? `no function in Firecracker VMs meets a p99 of ${settings.number('slo')} ms on ${settings.number('search.memory')} GiB; ${atOwn.nanvix} do under Nanvix`
          : `${early.map(({ functions, ratio }) => `${times(ratio!)} with ${functions} functions a tenant`).join(', ')}, ${searched}: ` +
            'a keep-alive that gives way holds nothing back, and with it goes most of the factor',
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
      claim: 'negative control: nothing is kept anywhere and all VMs start equally fast',
      paper: `no factor beyond the sizes of the VMs, ${times(sizes)}`,
      ours: `${times(Number(negative['withoutSystemVm']))} without system VMs, ${times(Number(negative['withSystemVm']))} with one for every call`,
      numbers: {
        unit: 'ratio',
        paper: { bound: '=', value: sizes },
        ours: [
          { where: 'without system VMs', value: Number(negative['withoutSystemVm']) },
          { where: 'with one for every call', value: Number(negative['withSystemVm']) },
        ],
      },
      supported: 'partly',
      met: Math.abs(Number(negative['withoutSystemVm']) / sizes - 1) < 0.02,
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
      title: `Hosts of Firecracker VMs kept ${keepAliveS} s for one of Nanvix, ${key === 'byMemory' ? 'by memory' : 'by memory and cores'}`,
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
    title: `Hosts for one of Nanvix by memory, system VMs kept ${settings.number('sysKeep')} s, 20 functions a tenant`,
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
    title: `Functions on a simulated host of ${settings.number('search.memory')} GiB until p99 passes ${settings.number('slo')} ms`,
    question: 'How many functions does a simulated host take?',
    head: ['functions a tenant', 'kept VMs', 'Nanvix', 'Firecracker', 'ratio', 'by arithmetic'],
    rows: found.map(({ functions, early, nanvix, baseline, ratio, arithmetic }) => [
      String(functions),
      early ? 'go when memory is needed' : 'keep to their time',
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
    const negative = control(settings);
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
