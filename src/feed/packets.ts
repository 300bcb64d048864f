// The packets of a scenario's datapath: drawn before the run, let through by servers with budgets (docs/model/server.md), and handed to the
// host as arrivals of their VMs. Nothing flows back from VMs to packets, so that the datapath may run first.

import type { Datapath, DatapathTenant } from '../datapath/spec.js';
import type { DatapathResult } from '../datapath/result.js';
import { InputError } from '../input/errors.js';
import { Histogram } from '../metrics/histogram.js';
import type { Scenario } from '../scenario/types.js';
import { runServers, type ServerItems, type ServersResult, type ServerSpec } from '../server/run.js';
import type { ArrivalBatch } from '../workload/arrival.js';
import { drawOf } from '../workload/draw.js';
import type { NumberTables } from '../workload/draw.js';
import { PURPOSE, streamOf, timesOf } from './arrivals.js';

/** Packets are held in memory, some 100 bytes each. */
const MOST_PACKETS = 10_000_000;
const BATCH = 65_536;
/** Relative precision of 0.1 %, as histograms of the host have by default. */
const SUB_BITS = 10;

interface Packet {
  readonly at: number;
  readonly tenant: number;
  readonly cost: number;
}

function packetsOf({ vm, cost }: DatapathTenant, tenant: number, scenario: Scenario, tables: NumberTables): Packet[] {
  const costs = streamOf(scenario.seed, vm, PURPOSE.costs);
  const draw = drawOf(cost, tables);
  return Array.from(timesOf(vm, scenario), (at) => ({ at, tenant, cost: Math.max(1, Math.round(draw(costs))) }));
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

  static async of(
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

  /** When packets of a tenant are let through, in order. */
  through(tenant: number): Float64Array {
    const { tenant: whose } = this.items;
    const done = this.ends.flatMap((end, i) => (end.fate === 'served' && whose[i] === tenant ? [end.done] : []));
    return Float64Array.from(done).sort();
  }

  /** The arrivals of a tenant's VM. */
  *arrivals(tenant: number): Generator<ArrivalBatch> {
    const atNs = this.through(tenant);
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
