// Nexus (arXiv 2604.06682): serverless functions without an I/O fabric in every guest. What of the published savings follows, at which
// parameters: node's CPU and memory, cold and warm latency, functions a host takes. Rules: docs/nexus.md.

import { InputError } from '../../input/errors.js';
import { type Claim, type ExperimentOptions, type ExperimentTable, experimentOf } from '../experiment.js';
import { outside } from '../lists.js';
import { MOST_REQUESTS, tooManyCalls } from '../most-calls.js';
import { refuse, type Settings } from '../parameters.js';
import { isTraced, tracedCalls } from '../traced.js';
import { density, type Given, idle, type Transport, type Variant } from './host.js';
import { latencyClaims, latencyRegion } from './latency.js';
import { type Node, nodes } from './node.js';
import { readPayloads } from './payload.js';
import { NEXUS_PARAMETERS } from './parameters.js';
import { pictured } from '../pictures.js';
import { densityPicture, IN_GUESTS, nodePicture } from './pictures.js';
import { changes, COMMAND, ms, percent, SOURCE, within } from './words.js';

const TRANSPORTS: readonly Transport[] = ['tcp', 'rdma'];
const CLAIMED = { tcp: 0.18, rdma: 0.37 } as const;

const gain = (share: number): string => `${share >= 0 ? '+' : '-'}${percent(Math.abs(share))}`;

function check(settings: Settings): void {
  const problems: Parameters<typeof refuse>[0][number][] = [];
  const workers = settings.number('workers');
  const cores = settings.number('host.cores');
  if (workers === 0)
    problems.push({
      path: 'workers',
      given: workers,
      expected: 'at least 1: with Nexus on, the backend serves all I/O',
    });
  if (workers === 0 && settings.text('writeback') === 'after')
    problems.push({
      path: 'writeback',
      given: 'after',
      expected: 'before: without a backend nobody writes after the answer',
    });
  if (workers >= cores)
    problems.push({ path: 'workers', given: workers, expected: `fewer than host.cores (${cores})` });
  for (const count of settings.list('workerCounts').map(Number))
    if (count >= cores || count < 1 || !Number.isInteger(count))
      problems.push({
        path: 'workerCounts',
        given: count,
        expected: `whole numbers from 1, fewer than host.cores (${cores})`,
      });
  problems.push(...outside(settings, 'opCosts', { from: 0, to: 1e6 }));
  if (settings.number('memory') > settings.number('host.memory') * 1024)
    problems.push({
      path: 'host.memory',
      given: settings.number('host.memory'),
      expected: 'room for one instance (memory)',
    });
  const [functions, rate, duration] = ['functions', 'rate', 'duration'].map((path) => settings.number(path)) as [
    number,
    number,
    number,
  ];
  if (!isTraced(settings))
    problems.push(
      ...tooManyCalls('duration', duration, functions * rate * duration, 'functions x rate x duration', MOST_REQUESTS),
    );
  refuse(problems);
}

interface Point extends Variant {
  readonly functions: number;
  /** The least number tried above it, with which the objective is missed; null: none was found. */
  readonly misses: number | null;
  readonly gain: number;
}

async function densities(settings: Settings, given: Given, module?: WebAssembly.Module) {
  const guest: Record<string, number> = {};
  const points: Point[] = [];
  for (const transport of TRANSPORTS) {
    const guestOnly = { transport, workers: 0, opUs: 0 };
    const { most: base } = await density(settings, guestOnly, settings.number('functions'), given, module);
    guest[transport] = base;
    const variants = settings
      .list('opCosts')
      .flatMap((op) =>
        settings.list('workerCounts').map((workers) => ({ transport, workers: Number(workers), opUs: Number(op) })),
      );
    const own = { transport, workers: settings.number('workers'), opUs: settings.number('opCost') };
    const has = variants.some(({ workers, opUs }) => workers === own.workers && opUs === own.opUs);
    for (const variant of has ? variants : [own, ...variants]) {
      const { most: functions, misses } = await density(settings, variant, Math.max(1, base), given, module);
      points.push({ ...variant, functions, misses, gain: functions / Math.max(1, base) - 1 });
    }
  }
  return { guest, points };
}

type Found = Awaited<ReturnType<typeof densities>>;

function densityClaim(settings: Settings, { points, guest }: Found, transport: Transport): Claim {
  const own = points.find(
    (point) =>
      point.transport === transport &&
      point.workers === settings.number('workers') &&
      point.opUs === settings.number('opCost'),
  )!;
  const of = points.filter((point) => point.transport === transport);
  const span = [Math.min(...of.map((point) => point.gain)), Math.max(...of.map((point) => point.gain))] as const;
  const name = transport === 'tcp' ? 'TCP' : 'RDMA';
  return {
    id: `density-${transport}`,
    claim: `more functions on a host, with ${name}`,
    source: transport === 'tcp' ? 'arXiv 2604.06682 v1, abstract (v2 has no figure for TCP)' : SOURCE,
    paper: `+${100 * CLAIMED[transport]} %`,
    ours: `${gain(own.gain)} (${guest[transport]} to ${own.functions} functions until p99 passes ${settings.number('slo')} ms, ${own.misses === null ? 'and no more were tried' : `run, as were numbers at most ${percent(settings.number('precision'))} or one above, which miss`}); ${gain(span[0])} to ${gain(span[1])} over workers and costs of an operation`,
    unit: '',
    numbers: changes(CLAIMED[transport], own.gain, span),
    supported: 'partly',
    verdict: within(span, CLAIMED[transport]),
    assumptions: [
      'host, load, objective, times over the network and cost of an operation: all assumed (fluxhost explain nexus)',
      `by mean resources alone the paper's own savings allow ${gain(1 / (1 - 0.31) - 1)} where memory binds and ${gain(1 / (1 - 0.44) - 1)} where CPU does (N3); the parameters here ${gain(1 / (1 - settings.number('fabricMemory')) - 1)} and ${gain(1 / (1 - settings.number('fabricCpu')) - 1)}`,
    ],
    command: COMMAND,
  };
}

type Nodes = Awaited<ReturnType<typeof nodes>>;

const spanWords = ([low, high]: readonly [number, number]): string => `${percent(low)} to ${percent(high)}`;
const lessBy = ([low, high]: readonly [number, number]): readonly [number, number] => [-low, -high];

function nodeClaims(settings: Settings, node: Nodes): Claim[] {
  const { guest, nexus, requests, lostAfterAck, lostBefore, cpuSaved, memorySaved } = node;
  const cpu = 1 - nexus.cpuPerRequestMs / guest.cpuPerRequestMs;
  const memory = 1 - nexus.meanMemoryMiB / guest.meanMemoryMiB;
  const share = settings.number('fabricCpu');
  const common = { source: SOURCE, unit: '', supported: 'partly', command: COMMAND } as const;
  return [
    {
      ...common,
      id: 'node-cpu',
      claim: "less of the node's CPU",
      paper: '-44 %',
      ours: `-${percent(cpu)} over ${requests} requests with fabricCpu ${share}; savings of ${spanWords(cpuSaved)} over fabricCpu 0 to 0.5`,
      numbers: changes(-0.44, -cpu, lessBy(cpuSaved)),
      verdict: within(cpuSaved, 0.44),
      assumptions: [
        'the fabric takes the published share of every function ("may double": up to 0.5)',
        'an operation costs the backend what opCost says',
      ],
    },
    {
      ...common,
      id: 'node-memory',
      claim: "less of the node's memory",
      paper: '-31 %',
      ours: `-${percent(memory)} of mean memory with fabricMemory ${settings.number('fabricMemory')}; savings of ${spanWords(memorySaved)} over fabricMemory 0.25 to 0.99`,
      numbers: changes(-0.31, -memory, lessBy(memorySaved)),
      verdict: within(memorySaved, 0.31),
      assumptions: [
        'only "more than 25 %" of an instance is published: up to 0.99 is tried',
        "the backend's own memory is not counted",
      ],
    },
    {
      ...common,
      id: 'write-back',
      claim: 'What does it risk to write outputs back after the answer?',
      paper: 'left open',
      answer:
        lostAfterAck > lostBefore
          ? 'The outputs of what is answered while the backend is away, and of what waits for it then.'
          : 'Nothing here: no output waits for the backend while it is away.',
      ours: `${lostAfterAck} answered requests lose their output where the backend is away for ${settings.number('down.for')} s; ${lostBefore} where it is written before the answer`,
      brief: `${lostAfterAck} answered requests lose their output in ${settings.number('down.for')} s without the backend`,
      verdict: 'reachable',
      assumptions: ['what waits at the backend is lost with its memory, and so is what is answered while it is away'],
    },
  ];
}

function tables({ points, guest }: Found, node: Nodes, settings: Settings): ExperimentTable[] {
  const at = (transport: Transport, workers: string, opUs: string): string =>
    String(
      points.find((p) => p.transport === transport && p.workers === Number(workers) && p.opUs === Number(opUs))!
        .functions,
    );
  const series = TRANSPORTS.flatMap((transport) => settings.list('opCosts').map((opUs) => ({ transport, opUs })));
  const cells = ({ cpuPerRequestMs, meanMemoryMiB, warmMs, coldMs }: Node): string[] => [
    ms(cpuPerRequestMs),
    `${(meanMemoryMiB / 1024).toFixed(1)} GiB`,
    warmMs === null ? '-' : ms(warmMs),
    coldMs === null ? '-' : ms(coldMs),
  ];
  const found = [
    {
      title: `Functions on one host until p99 passes ${settings.number('slo')} ms, to within ${percent(settings.number('precision'))}, by workers of the backend`,
      question: 'How many functions does a host take, by workers of the backend?',
      head: [
        'workers',
        ...series.map(({ transport, opUs }) => `${transport}, ${opUs} us an operation`),
        ...TRANSPORTS.map((transport) => `${transport}, ${IN_GUESTS}`),
      ],
      rows: settings
        .list('workerCounts')
        .map((workers) => [
          workers,
          ...series.map(({ transport, opUs }) => at(transport, workers, opUs)),
          ...TRANSPORTS.map((transport) => String(guest[transport])),
        ]),
    },
    {
      title: `The same ${node.requests} requests over TCP`,
      question: 'What does a shared backend save on one node?',
      head: ['fabric', 'CPU a request', 'mean memory', 'warm', 'cold'],
      rows: [
        ['in every guest', ...cells(node.guest)],
        ['shared backend', ...cells(node.nexus)],
      ],
    },
  ];
  return pictured(found, [densityPicture, nodePicture]);
}

/** Files that are named. */
async function givenOf(settings: Settings, options: ExperimentOptions): Promise<Given> {
  const calls = await tracedCalls(settings, options);
  const largest = calls?.functions.reduce((most, { memoryBytes }) => Math.max(most, memoryBytes), 0) ?? 0;
  if (largest > settings.number('host.memory') * 2 ** 30)
    refuse([
      {
        path: 'host.memory',
        given: settings.number('host.memory'),
        expected: `room for the trace's largest function (${Math.ceil(largest / 2 ** 20)} MiB)`,
      },
    ]);
  const file = settings.text('payload.file');
  if (file === '') return { calls, payloads: null };
  if (options.files === undefined)
    throw new InputError({ path: 'payload.file', given: file, expected: 'options.files to read it from' });
  return { calls, payloads: await readPayloads(options.files, file) };
}

function loadName(settings: Settings, { calls, payloads }: Given): string {
  const load =
    calls === null
      ? 'generated: Poisson arrivals, lognormal computation; no trace'
      : `${settings.text('trace')}, ${calls.functions.length} functions, ${calls.invocations.atNs.length} calls`;
  return payloads === null ? load : `${load}; sizes of ${payloads.methods.length} methods`;
}

export const experiment = experimentOf(
  NEXUS_PARAMETERS,
  async (asked) => {
    const { module, settings } = asked;
    const given = await givenOf(settings, asked);
    const node = await nodes(settings, 'tcp', given, module);
    if (node.requests === 0)
      refuse([
        {
          path: 'duration',
          given: settings.number('duration'),
          expected: `long enough for a request of ${settings.number('functions')} functions (rate ${settings.number('rate')})`,
        },
      ]);
    const found = await densities(settings, given, module);
    const region = latencyRegion(settings, given);
    const tcp = idle(settings, 'tcp', {}, given);
    return {
      claims: [
        ...nodeClaims(settings, node),
        ...TRANSPORTS.map((transport) => densityClaim(settings, found, transport)),
        ...latencyClaims(settings, given),
      ],
      tables: tables(found, node, settings),
      figures: {
        idle: { tcp: { ...tcp }, rdma: { ...idle(settings, 'rdma', {}, given) } },
        node: {
          requests: node.requests,
          guest: { ...node.guest },
          nexus: { ...node.nexus },
          lostAfterAck: node.lostAfterAck,
          lostBefore: node.lostBefore,
          cpuSaved: node.cpuSaved,
          memorySaved: node.memorySaved,
        },
        density: { guest: found.guest, nexus: found.points.map((point) => ({ ...point })) },
        latencySavings: { warm: region.warm, cold: region.cold },
        load: loadName(settings, given),
      },
      laws: {
        N1: { ...tcp },
        N3: { memoryBinds: 1 / (1 - 0.31), cpuBinds: 1 / (1 - 0.44) },
        N4: {
          needed: 0.39 / 0.1,
          coldOverWarm: tcp.guestColdMs / tcp.guestWarmMs,
          greatestInRange: region.greatestRatio,
        },
      },
    };
  },
  check,
);
