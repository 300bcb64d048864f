// VMs that come from no file: gaps, lifetimes and sizes are drawn, each VM from streams of its own (seed, number of the VM, purpose).

import { Distributions, type EmpiricalTables, filesOf } from '../core/distributions.js';
import { readFiles } from '../core/inputs.js';
import { compileMemoryCore, instantiateCore } from '../core/load.js';
import type { Dist } from '../input/distributions.js';
import { DRAW } from './host-events.js';
import { MOST_VMS } from './formats/format.js';
import { InputError } from '../input/errors.js';
import type { TraceHost } from '../workload/text-source.js';
import type { Fleet } from './types.js';
import { drawerOf } from './sizes.js';
import { CLASSES, VmTableBuilder, type VmTable, coreUnits, kibibytes } from './vms.js';

interface Exports {
  placementRoom(words: number): number;
  placementLaws(words: number, count: number, tables: number): number;
  placementDraw(which: number, seed: number, entity: number, purpose: number): number;
  placementUniform(seed: number, entity: number, purpose: number): number;
}

type Generated = NonNullable<Fleet['vms']['generated']>;

/** Distributions of times, drawn in the core so that every machine draws the same bits. */
class Laws {
  private constructor(
    private readonly exports: Exports,
    private readonly numbers: readonly number[],
  ) {}

  static async create(laws: readonly Dist[], tables: EmpiricalTables, module?: WebAssembly.Module): Promise<Laws> {
    const { exports, memory } = instantiateCore(await compileMemoryCore(module));
    const core = exports as unknown as Exports;
    const distributions = new Distributions(tables);
    const numbers = laws.map((law) => distributions.add(law));
    const { words, table } = distributions;
    const at = core.placementRoom(words.length + table.length) >>> 0;
    new Float64Array(memory.buffer, at, words.length + table.length).set([...words, ...table]);
    if (core.placementLaws(at, distributions.count, at + 8 * words.length) === 0)
      throw new RangeError('the distributions do not fit into linear memory');
    return new Laws(core, numbers);
  }

  draw(which: number, seed: number, entity: number, purpose: number): number {
    return this.exports.placementDraw(this.numbers[which]!, seed, entity, purpose);
  }

  uniform(seed: number, entity: number, purpose: number): number {
    return this.exports.placementUniform(seed, entity, purpose);
  }
}

/** The VMs that come until the end. @throws InputError for more of them than memory holds, and for a file of lifetimes that cannot be read */
export async function generate(
  fleet: Fleet,
  generated: Generated,
  files: TraceHost | undefined,
  module?: WebAssembly.Module,
): Promise<VmTable> {
  const { seed, durationNs = 0 } = fleet;
  const { rate, process, lifetime, sizes, warmupNs } = generated;
  const gapNs = 1e9 / rate;
  if ((durationNs + warmupNs) / gapNs > MOST_VMS)
    throw new InputError({
      path: 'vms.generated.arrivals.rate',
      given: String(rate),
      expected: `at most ${MOST_VMS} VMs in the duration`,
    });
  const tables = await readFiles(filesOf(lifetime, 'vms.generated.lifetime'), files);
  const laws = await Laws.create([{ dist: 'exponential', mean: gapNs }, lifetime], tables, module);
  const sizeOf = await drawerOf(sizes, seed, { draw: (...of) => laws.uniform(...of) });
  const into = new VmTableBuilder();
  let at = -warmupNs;
  for (let i = 0; ; i++) {
    at = process === 'poisson' ? at + laws.draw(0, seed, i, DRAW.gap) : -warmupNs + (i + 1) * gapNs;
    if (at > durationNs) return into.table();
    const stay = Math.max(1, Math.round(laws.draw(1, seed, i, DRAW.lifetime)));
    const size = sizeOf(i);
    const from = Math.round(at);
    into.add(from, from + stay, coreUnits(size.cores), kibibytes(size.memoryBytes), CLASSES.indexOf(size.class));
  }
}
