// Arrivals that come from outside the core: traces, invocations of functions, and packets that a datapath lets through.

import type { CompiledScenario } from '../core/compile.js';
import type { EmpiricalTables } from '../core/distributions.js';
import type { HostCore } from '../core/host.js';
import { Injection, type InjectionState } from '../core/injection.js';
import { openTraces } from '../core/inputs.js';
import type { DatapathResult } from '../datapath/result.js';
import type { Scenario } from '../scenario/types.js';
import type { TraceHost } from '../workload/text-source.js';
import type { ArrivalBatch } from '../workload/arrival.js';
import type { Packets } from './packets.js';

/** The packets of a scenario, let through when somebody first asks: what does it is loaded where a scenario has a datapath. */
class LaterPackets {
  private packets: Packets | undefined;
  private through: Promise<Packets> | undefined;

  constructor(private readonly make: () => Promise<Packets>) {}

  async ready(): Promise<void> {
    this.packets = await (this.through ??= this.make());
  }

  async *arrivals(tenant: number): AsyncGenerator<ArrivalBatch> {
    await this.ready();
    yield* this.packets!.arrivals(tenant);
  }

  /** Undefined as long as nobody has asked. */
  result(nowNs: number): DatapathResult | undefined {
    return this.packets?.result(nowNs);
  }
}

export interface Outside {
  readonly compiled: CompiledScenario;
  readonly files?: TraceHost | undefined;
  readonly tables: EmpiricalTables;
  readonly module?: WebAssembly.Module | undefined;
}

/** `before`: what a snapshot kept. */
export function openArrivals(
  core: HostCore,
  scenario: Scenario,
  { compiled, files, tables, module }: Outside,
  before?: InjectionState,
): Injection {
  const injection = new Injection(core);
  if (before !== undefined) injection.restorePending(before);
  openTraces(scenario, compiled, files, injection, before?.taken);
  const { datapath } = scenario;
  if (datapath === undefined) return injection;
  const packets = new LaterPackets(async () =>
    (await import('./packets.js')).Packets.through(datapath, scenario, tables, module),
  );
  const others = injection.sourceCount;
  datapath.tenants.forEach(({ vm }, i) => {
    const index = compiled.vms.findIndex(({ name }) => name === vm);
    injection.addStream(index, packets.arrivals(i), before?.taken[others + i]);
  });
  injection.datapath = packets;
  return injection;
}
