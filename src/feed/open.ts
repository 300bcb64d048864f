// Arrivals that come from outside the core: traces, invocations of functions, packets that a datapath lets through, tokens of a GPU's answers.

import type { CompiledScenario } from '../core/compile.js';
import type { EmpiricalTables } from '../core/distributions.js';
import type { HostCore } from '../core/host.js';
import { Injection, type InjectionState } from '../core/injection.js';
import { openTraces } from '../core/inputs.js';
import type { DatapathResult } from '../datapath/result.js';
import type { GpuResult } from '../gpu/result.js';
import type { Scenario } from '../scenario/types.js';
import type { TraceHost } from '../workload/text-source.js';
import type { ArrivalBatch } from '../workload/arrival.js';
import type { GpuAnswers } from './gpu.js';
import type { Packets } from './packets.js';

/** What runs before the host, when somebody first asks: what does it is loaded where a scenario has it. */
class Later<T extends { result(nowNs: number): R }, R> {
  private made: T | undefined;
  private making: Promise<T> | undefined;

  constructor(private readonly make: () => Promise<T>) {}

  async ready(): Promise<T> {
    return (this.made = await (this.making ??= this.make()));
  }

  async *arrivals(of: (made: T) => Iterable<ArrivalBatch>): AsyncGenerator<ArrivalBatch> {
    yield* of(await this.ready());
  }

  /** Undefined as long as nobody has asked. */
  result(nowNs: number): R | undefined {
    return this.made?.result(nowNs);
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
  const { datapath, gpu } = scenario;
  let streams = injection.sourceCount;
  const feed = (vm: string, batches: AsyncIterable<ArrivalBatch>): void => {
    const index = compiled.vms.findIndex(({ name }) => name === vm);
    injection.addStream(index, batches, before?.taken[streams++]);
  };
  let prompts = async (vm: string): Promise<Float64Array> => (await import('./arrivals.js')).timesOf(vm, scenario);
  if (datapath !== undefined) {
    const packets = new Later<Packets, DatapathResult>(async () =>
      (await import('./packets.js')).Packets.of(datapath, scenario, tables, module),
    );
    datapath.tenants.forEach(({ vm }, i) => {
      if (vm === gpu?.vm) prompts = async () => (await packets.ready()).through(i);
      else
        feed(
          vm,
          packets.arrivals((made) => made.arrivals(i)),
        );
    });
    injection.datapath = packets;
  }
  if (gpu !== undefined) {
    const answers = new Later<GpuAnswers, GpuResult>(async () =>
      (await import('./gpu.js')).GpuAnswers.of(gpu, scenario, await prompts(gpu.vm), module),
    );
    feed(
      gpu.vm,
      answers.arrivals((made) => made.arrivals()),
    );
    injection.gpu = answers;
  }
  return injection;
}
