// A host whose datapath takes some of its cores and feeds the VMs' arrivals: cores move between VMs, packets are let through by budgets, in
// one run. Nothing flows back from the VMs to packets, so that the datapath may run before them: what it lets through is injected.

import type { ScenarioInput } from '../../scenario/schema.js';
import type { Discipline } from '../../server/run.js';
import { runServers, type ServerItems, type ServersResult, type ServerSpec } from '../../server/run.js';
import { Simulation } from '../../simulation.js';
import { exponential, mean, quantile, stream } from '../draw.js';
import type { Asked, ExperimentResult } from '../experiment.js';
import type { Example } from '../measured.js';
import { refuse, type Settings } from '../parameters.js';
import { capOf } from './datapath.js';
import { pictured } from '../pictures.js';
import { hostPicture } from './pictures.js';

const TENANTS = ['victim', 'aggressor'] as const;
type Tenant = (typeof TENANTS)[number];

const WARMUP_MS = 10;

const tenantVm = (settings: Settings, name: Tenant): ScenarioInput['vms'][number] => ({
  name,
  class: 'latency-critical',
  priority: 10,
  vcpus: { min: 1, max: 12 },
  ...(name === 'victim' ? { slo: { quantile: 0.99, latency: '200us' } } : {}),
  workload: {
    arrivals: { process: 'poisson', rate: settings.number('clock') / settings.number(`${name}.gap`) },
    request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: `${settings.number('host.service')}us` } }] },
  },
});

/** The host of the parameters, without a datapath: packets come to the VMs at once. */
export function scenarioOf(settings: Settings): Example<ScenarioInput> {
  return {
    file: 'examples/datapath.yaml',
    input: {
      version: 1,
      seed: settings.number('seed'),
      duration: `${settings.number('host.duration')}ms`,
      warmup: `${WARMUP_MS}ms`,
      host: { cores: settings.number('host.cores') },
      mechanism: settings.text('host.mechanism') as 'hyperflux',
      vms: [
        tenantVm(settings, 'victim'),
        tenantVm(settings, 'aggressor'),
        {
          name: 'batch',
          class: 'best-effort',
          vcpus: { min: 0, max: 12 },
          workload: {
            arrivals: { process: 'saturate', tasks: 48 },
            request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '50us' } }] },
          },
        },
      ],
    },
  };
}

/** Packets of both tenants until `untilNs`, in order; costs in ns of a core. */
function packets(settings: Settings, untilNs: number): ServerItems {
  const nsPerCycle = 1e9 / settings.number('clock');
  const rows = TENANTS.flatMap((name, tenant) => {
    const next = stream(settings.number('seed'), 10 + tenant);
    const gap = settings.number(`${name}.gap`) * nsPerCycle;
    const cost = Math.round(settings.number(`${name}.cost`) * nsPerCycle);
    const own: { at: number; tenant: number; cost: number }[] = [];
    for (let time = exponential(next, gap); time < untilNs; time += exponential(next, gap))
      own.push({ at: Math.round(time), tenant, cost });
    return own;
  }).toSorted((a, b) => a.at - b.at);
  return {
    at: Float64Array.from(rows, ({ at }) => at),
    tenant: Uint32Array.from(rows, ({ tenant }) => tenant),
    costs: [Float64Array.from(rows, ({ cost }) => cost)],
    size: new Uint32Array(rows.length).fill(settings.number('packetBytes')),
  };
}

function serverOf(settings: Settings, discipline: Discipline): ServerSpec {
  const victimNs = (settings.number('victim.cost') * 1e9) / settings.number('clock');
  const unit =
    discipline === 'packets' ? 1 / victimNs : discipline === 'bytes' ? settings.number('packetBytes') / victimNs : 1;
  const queue = settings.number('queue');
  const spec = {
    workers: settings.number('workers'),
    batch: settings.number('batch'),
    stages: 1,
    discipline,
    limit: discipline === 'siloed' ? null : queue,
    tenants: TENANTS.map((name) => ({
      weight: settings.number(`${name}.weight`),
      limit: discipline === 'siloed' ? queue : null,
    })),
  };
  if (discipline === 'fifo' || discipline === 'siloed') return spec;
  return {
    ...spec,
    budget: {
      cap: Math.floor(((capOf(settings) * 1e9) / settings.number('clock')) * unit),
      period: Math.round(settings.number('period') * 1000),
      boost: settings.number('boost') * unit,
      replenish: 'poll',
    },
  };
}

const US = 1000;

/** One tenant's way from its packet to its answer. */
interface Way {
  readonly packets: number;
  readonly droppedShare: number;
  readonly datapathP99Us: number | null;
  readonly datapathMeanUs: number | null;
  readonly vmP99Us: number | null;
  readonly vmMeanUs: number | null;
  /** Exact: means add up. */
  readonly meanUs: number | null;
}

interface HostFigures {
  readonly discipline: string;
  readonly victim: Way;
  readonly aggressor: Way;
  readonly batchPerSecond: number;
  readonly moves: number;
  readonly utilization: number;
}

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function wayOf(
  items: ServerItems,
  { items: ends }: ServersResult,
  tenant: number,
  fromNs: number,
): Pick<Way, 'packets' | 'droppedShare' | 'datapathP99Us' | 'datapathMeanUs'> {
  const own = ends.flatMap(({ fate, done }, i) =>
    items.tenant[i] === tenant && items.at[i]! >= fromNs ? [{ fate, took: done - items.at[i]! }] : [],
  );
  const served = Float64Array.from(
    own.filter(({ fate }) => fate === 'served'),
    ({ took }) => took / US,
  );
  const dropped = own.filter(({ fate }) => fate === 'budget' || fate === 'queue').length;
  return {
    packets: own.length,
    droppedShare: own.length === 0 ? 0 : dropped / own.length,
    datapathP99Us: orNull(quantile(served, 0.99)),
    datapathMeanUs: orNull(mean(served)),
  };
}

/** The datapath lets packets through; what it takes are the first of the host's cores. */
async function under({ settings, module }: Asked, discipline: Discipline | null): Promise<HostFigures> {
  const { input } = scenarioOf(settings);
  const warmupNs = WARMUP_MS * 1e6;
  const untilNs = warmupNs + settings.number('host.duration') * 1e6;
  const items = packets(settings, untilNs);
  const cores = settings.number('host.cores') - (discipline === null ? 0 : settings.number('workers'));
  const through =
    discipline === null
      ? { items: [...items.at].map((done) => ({ fate: 'served' as const, done, waited: 0 })), servers: [], endedAt: 0 }
      : await runServers([serverOf(settings, discipline)], items, { module, until: untilNs });
  const fed: ScenarioInput = {
    ...input,
    host: { cores },
    vms: input.vms.map((vm) =>
      vm.name === 'batch' ? vm : { ...vm, workload: { ...vm.workload, arrivals: { process: 'none' } } },
    ),
  };
  const simulation = await Simulation.create(fed, module === undefined ? {} : { module });
  try {
    TENANTS.forEach((vm, tenant) => {
      const arrivals = through.items.flatMap(({ fate, done }, i) =>
        fate === 'served' && items.tenant[i] === tenant ? [{ atNs: done }] : [],
      );
      simulation.inject({ vm, arrivals: arrivals.toSorted((a, b) => a.atNs - b.atNs) });
    });
    await simulation.run();
    const { vms, reallocation, host } = simulation.metrics();
    const ways = TENANTS.map((_, tenant): Way => {
      const way = wayOf(items, through, tenant, warmupNs);
      const { mean: vmMean, p99 } = vms[tenant]!.latencyNs;
      const vmMeanUs = vmMean === null ? null : vmMean / US;
      return {
        ...way,
        vmP99Us: p99 === null ? null : p99 / US,
        vmMeanUs,
        meanUs: vmMeanUs === null || way.datapathMeanUs === null ? null : vmMeanUs + way.datapathMeanUs,
      };
    });
    return {
      discipline: discipline ?? 'none',
      victim: ways[0]!,
      aggressor: ways[1]!,
      batchPerSecond: vms[2]!.completed / (settings.number('host.duration') / 1000),
      moves: reallocation.count,
      utilization: host.utilization,
    };
  } finally {
    simulation.close();
  }
}

const us = (value: number | null): string => (value === null ? 'none' : `${value.toFixed(1)} us`);

/** A host counts in ns: costs that are none of them have no meaning there. */
function checkCosts(settings: Settings): void {
  const least = settings.number('clock') / 1e9;
  refuse(
    TENANTS.flatMap((name) => {
      const given = settings.number(`${name}.cost`);
      const path = `${name}.cost`;
      return Math.round(given / least) >= 1
        ? []
        : [{ path, given, expected: `at least ${least} cycles: a ns of clock` }];
    }),
  );
}

/** The host without a datapath, then under each discipline. */
export async function hosts(asked: Asked): Promise<ExperimentResult> {
  checkCosts(asked.settings);
  const found: HostFigures[] = [];
  for (const discipline of [null, ...(asked.settings.list('disciplines') as Discipline[])])
    found.push(await under(asked, discipline));
  return {
    claims: [],
    tables: pictured(
      [
        {
          title:
            "A host whose datapath feeds its VMs: the victim's packets in the datapath and in its VM, and the batch job beside",
          question: 'What does the datapath’s discipline make of packets, VMs and the work beside?',
          head: [
            'datapath',
            'in the datapath: p99',
            'dropped',
            'in the VM: p99',
            'both: mean',
            'moves of cores',
            'batch, tasks/s',
          ],
          rows: found.map(({ discipline, victim, moves, batchPerSecond }) => [
            discipline,
            us(victim.datapathP99Us),
            `${(100 * victim.droppedShare).toFixed(2)} %`,
            us(victim.vmP99Us),
            us(victim.meanUs),
            String(moves),
            String(Math.round(batchPerSecond)),
          ]),
        },
      ],
      [hostPicture],
    ),
    figures: { hosts: found.map((one) => ({ ...one, victim: { ...one.victim }, aggressor: { ...one.aggressor } })) },
  };
}
