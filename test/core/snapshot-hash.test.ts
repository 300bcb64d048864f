// A snapshot names its core by hash. A module that came from another thread brings none along: it is asked for, not made up.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileCore, InputError, Simulation } from '../../src/index.js';
import { buildPath } from '../support/builds.js';
import { station } from '../support/scenarios.js';

const SCENARIO = station({ cores: 2, load: 0.5, duration: '1ms' });
const bytes = (): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(buildPath('release')));

/** As a worker gets it: cloned, its bytes unseen by this package. */
const foreign = (): Promise<WebAssembly.Module> => WebAssembly.compile(bytes());

async function halfWay(options: { module: WebAssembly.Module; coreSha256?: string }): Promise<Simulation> {
  const simulation = await Simulation.create(SCENARIO, options);
  await simulation.runUntil(500_000);
  return simulation;
}

describe('a module compiled elsewhere', () => {
  it('cannot be named in a snapshot, which says what to do', async () => {
    const simulation = await halfWay({ module: await foreign() });
    expect(() => simulation.snapshot()).toThrow(InputError);
    expect(() => simulation.snapshot()).toThrow(
      /^module: given a module whose bytes were never seen here, expected .*compileCore.*options\.coreSha256/,
    );
    const fork = await simulation.fork(); // needs no name: it stays on this module
    await fork.run();
    expect(fork.done).toBe(true);
  });

  it('can where its hash is told, and goes on bit by bit on either side', async () => {
    const known = await halfWay({ module: await compileCore(bytes()) });
    const { coreSha256 } = known.metrics().manifest;
    expect(coreSha256).toMatch(/^[0-9a-f]{64}$/);
    const told = await halfWay({ module: await foreign(), coreSha256 });
    expect(told.metrics().manifest.coreSha256).toBe(coreSha256);
    const snapshot = told.snapshot();
    expect(Buffer.compare(snapshot, known.snapshot())).toBe(0);
    await known.run();
    for (const options of [{ module: await compileCore(bytes()) }, { module: await foreign(), coreSha256 }]) {
      const restored = await Simulation.restore(snapshot, options);
      await restored.run();
      expect(restored.metrics().manifest.fingerprint).toBe(known.metrics().manifest.fingerprint);
    }
    await expect(Simulation.restore(snapshot, { module: await foreign() })).rejects.toThrow('never seen here');
  });

  it('is not taken for another: a known hash stands, a hash that is none is refused', async () => {
    const module = await compileCore(bytes());
    const simulation = await halfWay({ module, coreSha256: '0'.repeat(64) });
    expect(simulation.metrics().manifest.coreSha256).not.toBe('0'.repeat(64));
    for (const coreSha256 of ['', 'abc', 'G'.repeat(64)]) {
      await expect(halfWay({ module: await foreign(), coreSha256 })).rejects.toBeInstanceOf(InputError);
    }
  });
});
