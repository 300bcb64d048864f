// Memory put down without what is zero on both sides: the same bytes as if all of it had been written.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { setSparsely } from '../../src/core/sparse.js';
import { Simulation } from '../../src/simulation.js';

const PAGE = 4096;

it('gives the bytes of the image, wherever they are zero, however it lies and ends', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(11 * PAGE), fc.integer({ min: 1, max: 255 })), { maxLength: 12 }),
      fc.integer({ min: 0, max: 11 * PAGE }),
      fc.nat(9),
      fc.nat(2 * PAGE),
      (written, length, offset, statics) => {
        const image = new Uint8Array(new ArrayBuffer(11 * PAGE + 16), offset, length);
        for (const [at, byte] of written) if (at < length) image[at] = byte;
        const memory = new Uint8Array(12 * PAGE);
        memory.fill(7, 0, Math.min(statics, length)); // what a module brings, and the image has of its own
        setSparsely(memory, image, Math.min(statics, length));
        expect(Buffer.compare(memory.subarray(0, length), image)).toBe(0);
        expect(memory.subarray(length).every((byte) => byte === 0)).toBe(true);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

it('writes no page that is zero, and a sign alone is not', () => {
  const image = new Uint8Array(8 * PAGE);
  new DataView(image.buffer).setFloat64(5 * PAGE + 8, -0, true);
  image[2 * PAGE] = 1;
  const written: [from: number, to: number][] = [];
  const memory = new Uint8Array(8 * PAGE);
  memory.set = (source, at = 0) => void (source.length > 0 && written.push([at / PAGE, (at + source.length) / PAGE]));
  setSparsely(memory, image, 1);
  // what a module brings ends within the first page
  const fits = (page: number): boolean => written.some(([from, to]) => from <= page && page < to);
  expect(Array.from({ length: 8 }, (_, page) => fits(page))).toEqual([
    true,
    false,
    true,
    false,
    false,
    true,
    false,
    false,
  ]);
});

it('a fork into memory that another host has left goes on as one into fresh memory', async () => {
  const scenario = (count: number, seed: number) => ({
    version: 1 as const,
    seed,
    duration: '4ms',
    host: { cores: 9 },
    mechanism: 'hyperflux' as const,
    histogram: { precision: 0.001, share: 'vm' as const, memory: '128MiB' },
    vms: [
      {
        name: 'api',
        count,
        vcpus: { min: 0, max: 4 },
        workload: {
          arrivals: { process: 'poisson' as const, rate: 50_000 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean: '10us' } }] },
        },
      },
    ],
  });
  const fingerprint = async (simulation: Simulation): Promise<string> => {
    await simulation.run();
    const { manifest } = simulation.metrics();
    simulation.close();
    return manifest.fingerprint;
  };
  const host = await Simulation.create(scenario(6, 1));
  await host.runUntil(1e6);
  const fresh = await host.fork();
  const expected = await fingerprint(fresh);
  for (const [count, seed] of [
    [12, 2],
    [3, 3],
  ] as const) {
    await fingerprint(await Simulation.create(scenario(count, seed))); // leaves its memory
    expect(await fingerprint(await host.fork())).toBe(expected);
    await fingerprint(await Simulation.create(scenario(count, seed)));
    expect(await fingerprint(await Simulation.restore(host.snapshot()))).toBe(expected);
  }
  expect(await fingerprint(host)).toBe(expected);
});
