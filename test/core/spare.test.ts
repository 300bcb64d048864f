// A closed host leaves its instance to the next one, which must be as if it had its own: in the bits of its result, whoever was there
// before; and the closed one answers what it knew, runs no further and writes nothing.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ScenarioInput, MECHANISM_KINDS, Simulation } from '../../src/index.js';
import { ClosedError } from '../../src/core/errors.js';
import { essence } from '../support/bits.js';
import { contended, VARIANTS } from '../support/contended.js';
import { station } from '../support/scenarios.js';

const short = (input: ScenarioInput): ScenarioInput => ({ ...input, duration: '2ms', warmup: '200us' });
const memoryOf = (simulation: Simulation): unknown => simulation['core']['instance'].memory;

/** What a run gives, and the memory that it ran in; `keep` leaves the host open. */
async function run(input: ScenarioInput, keep = false): Promise<{ bits: string; memory: unknown }> {
  const simulation = await Simulation.create(input);
  await simulation.run();
  const bits = essence(simulation.metrics());
  if (!keep) simulation.close();
  return { bits, memory: memoryOf(simulation) };
}

describe('the instance of a closed host', () => {
  it('serves the next one, whatever that is, with the bits of an instance of its own', async () => {
    const inputs = [
      { ...station({ cores: 3, load: 0.7, duration: '20ms' }), histogram: { precision: 0.01 } },
      ...MECHANISM_KINDS.map((kind, i) => short(contended(kind, VARIANTS[i % VARIANTS.length]!))),
      short({ ...contended('hyperflux', 'plain'), histogram: { share: 'group' }, series: { interval: '50us' } }),
    ];
    const own = [];
    for (const input of inputs) own.push(await run(input, true));
    const fresh = new Set(own.map(({ memory }) => memory));
    expect(fresh.size).toBe(inputs.length);
    const taken = [];
    for (const input of [...inputs, ...inputs.toReversed()]) taken.push(await run(input));
    const bits = own.map((result) => result.bits);
    expect(taken.map((result) => result.bits)).toEqual([...bits, ...bits.toReversed()]);
    expect(new Set(taken.map(({ memory }) => memory)).size).toBe(1);
  });

  it('serves the next one of its name, as threads have them, and none of another', async () => {
    const module = await WebAssembly.compile(readFileSync(new URL('../../dist/fluxhost.wasm', import.meta.url)));
    const of = async (coreSha256: string): Promise<unknown> => {
      const simulation = await Simulation.create(short(contended('hyperflux', 'plain')), { module, coreSha256 });
      simulation.close();
      return memoryOf(simulation);
    };
    const [one, other] = ['a'.repeat(64), 'b'.repeat(64)];
    const first = await of(one);
    expect(await of(one)).toBe(first);
    expect(await of(other)).not.toBe(first);
  });

  it('tells the closed one nothing of the next', async () => {
    const first = await Simulation.create(short(contended('hyperflux', 'plain')));
    await first.run();
    const { nowNs, events, done, memoryBytes } = first;
    expect(done).toBe(true);
    first.close();
    first.close();
    const second = await Simulation.create(station({ cores: 2, load: 0.5, duration: '50ms' }));
    expect(memoryOf(second)).toBe(memoryOf(first));
    expect(second.memoryBytes).toBeLessThan(memoryBytes);
    await second.runUntil(1_000_000);
    expect(first).toMatchObject({ nowNs, events, done, memoryBytes });
    const third = await Simulation.create(station({ cores: 2, load: 0.5, duration: '50ms' }));
    expect(memoryOf(third)).not.toBe(memoryOf(second));
    await third.runUntil(1_000_000);
    expect(essence(third.metrics())).toBe(essence(second.metrics()));
    expect(third.memoryBytes).toBe(second.memoryBytes);
    expect(third['core']['memory'].buffer.byteLength).toBe(third.memoryBytes); // its own, as long as it takes
    second.close();
    third.close();
  });

  it('runs no further where it was closed in the middle of a run', async () => {
    const first = await Simulation.create(station({ cores: 2, load: 0.5, duration: '10s' }));
    const running = first.run({ onProgress: () => first.close() });
    await expect(running).rejects.toThrow(ClosedError);
    const { events } = first;
    const input = station({ cores: 2, load: 0.5, duration: '50ms' });
    expect((await run(input)).bits).toBe((await run(input, true)).bits);
    expect(first.events).toBe(events);
  });

  it('is not used again after an error in the middle of an event', async () => {
    const broken = await Simulation.create({
      ...station({ cores: 2, load: 3, duration: '1s' }),
      limits: { tasks: 1_000 },
    });
    await expect(broken.run()).rejects.toThrow('limits.tasks');
    broken.close();
    const next = await run(station({ cores: 2, load: 0.5, duration: '50ms' }));
    expect(next.memory).not.toBe(memoryOf(broken));
  });
});
