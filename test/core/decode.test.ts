// The core's bytes lie in the package as text: where there is no Buffer of Node's (browsers) they are decoded without it, to the same core.

import { afterEach, expect, it, vi } from 'vitest';
import { ZSTD_BASE64 } from '../../src/generated/zstd-bytes.js';
import { decodeBase64 } from '../../src/input/base64.js';
import { Simulation } from '../../src/index.js';
import { contended } from '../support/contended.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('runs alike from bytes that were decoded without Buffer', async () => {
  vi.resetModules(); // the one that Simulation has keeps what it has compiled
  const { compileCore } = await import('../../src/core/load.js');
  const decoded = vi.spyOn(globalThis, 'atob');
  vi.stubGlobal('Buffer', undefined);
  const module = await compileCore();
  vi.unstubAllGlobals();
  expect(decoded).toHaveBeenCalledOnce();

  const runs: string[] = [];
  for (const options of [{ module, coreSha256: '0'.repeat(64) }, {}]) {
    const simulation = await Simulation.create({ ...contended('hyperflux', 'plain'), duration: '500us' }, options);
    await simulation.run();
    expect(simulation.events).toBeGreaterThan(100);
    runs.push(simulation.metrics().manifest.fingerprint);
    simulation.close();
  }
  expect(runs[0]).toBe(runs[1]);
  expect(decoded).toHaveBeenCalledOnce(); // with Buffer, not again
});

it('decodes the decoder of Zstandard to the same bytes without Buffer', () => {
  const bytes = decodeBase64(ZSTD_BASE64);
  expect(WebAssembly.validate(bytes)).toBe(true);
  vi.stubGlobal('Buffer', undefined);
  const slowly = decodeBase64(ZSTD_BASE64);
  vi.unstubAllGlobals();
  expect([...slowly]).toEqual([...bytes]);
});
