// The packets of a scenario's datapath: drawn before the run, let through by servers with budgets (docs/model/server.md), and handed to the
// host as arrivals of their VMs. Nothing flows back from VMs to packets, so that the datapath may run first. Draws are by streams of the VM's
// name and the seed, as the host's are, but not the host's own: a VM behind a datapath has other arrivals than before it.

import type { Datapath, DatapathTenant } from '../datapath/spec.js';
import type { DatapathResult } from '../datapath/result.js';
import { InputError } from '../input/errors.js';
import { nameHash } from '../input/name-hash.js';
import { Histogram } from '../metrics/histogram.js';
import type { Scenario } from '../scenario/types.js';
import { runServers, type ServerItems, type ServersResult, type ServerSpec } from '../server/run.js';
import type { ArrivalBatch } from '../workload/arrival.js';
import { drawOf, exponential } from '../workload/draw.js';
import type { NumberTables } from '../workload/draw.js';
import { SplitMix64 } from '../workload/random.js';

/** Packets are held in memory, some 100 bytes each. */
const MOST_PACKETS = 10_000_000;
const BATCH = 65_536;
/** Relative precision of 0.1 %, as histograms of the host have by default. */
const SUB_BITS = 10;

const streamOf = (seed: number, vm: string, purpose: number): SplitMix64 => {
  const random = new SplitMix64(seed);
  const { lo, hi } = nameHash(vm);
  for (const word of [lo, hi, purpose]) random.absorb(word);
  return random;
};

interface Packet {
  readonly at: number;
  readonly tenant: number;
  readonly cost: number;
}

function packetsOf({ vm, cost }: DatapathTenant, tenant: number, scenario: Scenario, tables: NumberTables): Packet[] {
  const arrivals = scenario.vms.find(({ name }) => name === vm)!.workload!.arrivals;
  if (arrivals.process !== 'poisson' && arrivals.process !== 'deterministic')
    throw new Error(`the arrivals of ${vm} are no packets`);
  const gap = 1e9 / arrivals.rate;
  const untilNs = scenario.warmupNs + scenario.durationNs;
  const [times, costs] = [streamOf(scenario.seed, vm, 1), streamOf(scenario.seed, vm, 2)];
  const draw = drawOf(cost, tables);
  const found: Packet[] = [];
  const next = arrivals.process === 'poisson' ? (): number => gap * exponential(times) : (): number => gap;
  for (let time = next(); time < untilNs; time += next())
    found.push({ at: Math.round(time), tenant, cost: Math.max(1, Math.round(draw(costs))) });
  return found;
}

function itemsOf(datapath: Datapath, packets: readonly Packet[]): ServerItems {
  return {
    at: Float64Array.from(packets, ({ at }) => at),
    tenant: Uint32Array.from(packets, ({ tenant }) => tenant),
    costs: [Float64Array.from(packets, ({ cost }) => cost)],
    size: Uint32Array.from(packets, ({ tenant }) => datapath.tenants[tenant]!.packetBytes),
  };
}

function serverOf({ workers, batch, discipline, queue, periodNs, boost, rate, tenants }: Datapath): ServerSpec {
  const siloed = discipline === 'siloed';
  const spec = {
    ...{ workers, batch, stages: 1, discipline },
    limit: siloed ? null : queue,
    tenants: tenants.map(({ weight }) => ({ weight, limit: siloed ? queue : null })),
  };
  if (siloed || discipline === 'fifo') return spec;
  const each = rate === undefined ? boost : rate / 1e9;
  return { ...spec, budget: { cap: Math.ceil(periodNs * each), period: periodNs, boost: each, replenish: 'poll' } };
}

/** @throws InputError where memory would not hold them */
function checkCount({ tenants }: Datapath, { vms, warmupNs, durationNs }: Scenario): void {
  const seconds = (warmupNs + durationNs) / 1e9;
  const expected = tenants.reduce((sum, { vm }) => {
    const arrivals = vms.find(({ name }) => name === vm)!.workload!.arrivals;
    return sum + ('rate' in arrivals ? arrivals.rate * seconds : 0);
  }, 0);
  if (expected <= MOST_PACKETS) return;
  throw new InputError([
    {
      path: 'datapath',
      given: `some ${Math.round(expected)} packets in ${seconds} s`,
      expected: `at most ${MOST_PACKETS}, which are held in memory: a shorter duration`,
    },
  ]);
}

/** The packets of a scenario, all let through. */
export class Packets {
  private constructor(
    private readonly datapath: Datapath,
    private readonly warmupNs: number,
    private readonly items: ServerItems,
    private readonly ends: ServersResult['items'],
  ) {}

  static async through(
    datapath: Datapath,
    scenario: Scenario,
    tables: NumberTables,
    module: WebAssembly.Module | undefined,
  ): Promise<Packets> {
    checkCount(datapath, scenario);
    const packets = datapath.tenants.flatMap((tenant, i) => packetsOf(tenant, i, scenario, tables));
    packets.sort((a, b) => a.at - b.at);
    const items = itemsOf(datapath, packets);
    const until = scenario.warmupNs + scenario.durationNs;
    const { items: ends } = await runServers([serverOf(datapath)], items, { module, until });
    return new Packets(datapath, scenario.warmupNs, items, ends);
  }

  /** The arrivals of a tenant's VM. */
  *arrivals(tenant: number): Generator<ArrivalBatch> {
    const { tenant: whose } = this.items;
    const done = this.ends.flatMap((end, i) => (end.fate === 'served' && whose[i] === tenant ? [end.done] : []));
    const atNs = Float64Array.from(done).sort();
    const serviceNs = new Float64Array(BATCH).fill(-1); // drawn by the VM
    const width = new Uint32Array(BATCH); // drawn by the VM
    for (let from = 0; from < atNs.length; from += BATCH) {
      const piece = atNs.subarray(from, from + BATCH);
      yield { atNs: piece, serviceNs, width, count: piece.length };
    }
  }

  /** What has become of packets by `nowNs`; counts are of the time since the warm-up, or of all before its end. */
  result(nowNs: number): DatapathResult {
    const { items, warmupNs } = this;
    const { workers, tenants } = this.datapath;
    const fromNs = nowNs < warmupNs || warmupNs === 0 ? -1 : warmupNs;
    const rows = tenants.map(({ vm }) => ({
      ...{ vm, arrived: 0, served: 0, droppedForBudget: 0, droppedForQueue: 0, inFlight: 0, usedSeconds: 0 },
      latency: Histogram.create(SUB_BITS),
    }));
    this.ends.forEach(({ fate, done }, i) => {
      const at = items.at[i]!;
      const row = rows[items.tenant[i]!]!;
      const ended = fate !== 'in flight' && done <= nowNs;
      if (ended && fate === 'served') row.usedSeconds += items.costs[0]![i]! / 1e9;
      if (at > nowNs || (ended && done <= fromNs)) return;
      row.arrived++;
      if (!ended) row.inFlight++;
      else if (fate === 'budget') row.droppedForBudget++;
      else if (fate === 'queue') row.droppedForQueue++;
      else {
        row.served++;
        row.latency.record(done - at);
      }
    });
    return { workers, tenants: rows.map(({ latency, ...row }) => ({ ...row, latencyNs: latency.distribution() })) };
  }
}
