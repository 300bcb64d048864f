// `run --timeline FILE`: the file, its window, and what is refused before anything is simulated.

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { decode } from '../timeline/trace.js';
import { captureIo } from './fake.js';

const SCENARIO = `
version: 1
seed: 7
warmup: 1ms
duration: 20ms
host: { cores: 5 }
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 1, max: 4 }
    workload:
      arrivals: { process: poisson, rate: 2e5 }
      request: { stages: [ { tasks: 1, service: { dist: exponential, mean: 10us } } ] }
`;

let folder: string;
let scenario: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-timeline-'));
  scenario = join(folder, 'a.yaml');
  file = join(folder, 'a.pftrace');
  writeFileSync(scenario, SCENARIO);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('writes the first ten milliseconds after the warm-up, and prints the result of the whole run', async () => {
  const [io, plain] = [captureIo(), captureIo()];
  expect(await main(['run', scenario, '--timeline', file], io)).toBe(0);
  expect(await main(['run', scenario], plain)).toBe(0);
  const simulated = (out: string): string => out.replace(/ in [\d.]+ m?s \([^)]*\)/, '');
  expect(simulated(io.out)).toBe(simulated(plain.out));
  const { slices } = decode(readFileSync(file));
  expect(Math.min(...slices.map(({ fromNs }) => fromNs))).toBe(1e6);
  expect(Math.max(...slices.map(({ untilNs }) => untilNs))).toBe(11e6);
  expect(io.err).toContain(`${slices.length} slices`);
  expect(io.err).toContain('ui.perfetto.dev');
  expect(readdirSync(folder).sort()).toEqual(['a.pftrace', 'a.yaml']);
});

it('writes the window that is asked for', async () => {
  expect(await main(['run', scenario, '--timeline', file, '--timeline-window', '2ms..2500us'], captureIo())).toBe(0);
  const { slices } = decode(readFileSync(file));
  expect(Math.min(...slices.map(({ fromNs }) => fromNs))).toBe(2e6);
  expect(Math.max(...slices.map(({ untilNs }) => untilNs))).toBe(2.5e6);
});

it.each([
  [['--timeline-window', '1ms..2ms'], '--timeline-window: given without --timeline, expected both'],
  [['--timeline', 'FILE', '--replications', '2'], '--replications: given 2 with --timeline, expected one run'],
  [['--timeline', 'FILE', '--snapshot', 's'], '--timeline: given with --snapshot, expected one of them'],
  [['--timeline', 'FILE', '--timeline-window', '5ms'], 'FROM..UNTIL between 0ns and 21ms'],
  [['--timeline', 'FILE', '--timeline-window', '5ms..22ms'], 'FROM..UNTIL between 0ns and 21ms'],
  [['--timeline', 'FILE', '--timeline-window', '5ms..4ms'], 'FROM..UNTIL between 0ns and 21ms'],
  [['--timeline', 'FILE', '--timeline-window', '5..6ms'], 'FROM..UNTIL between 0ns and 21ms'],
  [['--timeline', 'nowhere/a.pftrace'], 'a file in a folder that can be written to'],
])('refuses %j', async (given, said) => {
  const io = captureIo();
  const args = given.map((word) => (word === 'FILE' ? file : word));
  expect(await main(['run', scenario, ...args], io)).toBe(2);
  expect(io.err).toContain(said);
  expect(io.out).toBe('');
  expect(existsSync(file)).toBe(false);
});
