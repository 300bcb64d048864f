// Fleets and sweeps on Web Workers in Chromium, without a bundler: the index and its parts as they are served. They give to the last digit what one thread of Node gives, for any number of workers.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fleet, parseScenario, sweep, type FleetInput, type FleetResult, type SweepResult } from '../../src/index.js';
import { fleetOfFunctions, smallFleet } from '../support/fleet.js';
import { sweepScenario } from '../support/sweep.js';
import { PAGE, REPORT, Site } from './site.js';

const input = parse(smallFleet('5ms')) as FleetInput;
const ofFunctions = parse(fleetOfFunctions) as FleetInput;
const { scenario } = parseScenario(sweepScenario('5ms'));
const asked = { vary: ['host.cores=4,5,6'], mechanisms: ['ideal', 'hyperflux'] as const, replications: 2 };

/** Without what the clock on the wall says. */
const lasting = ({ manifest, ...rest }: FleetResult): object => ({
  ...rest,
  manifest: { ...manifest, wallSeconds: 0, eventsPerSecond: 0 },
});

const MAIN = `
import { fleet, sweep, WebWorkers } from './index.js';
const [input, ofFunctions, scenario, asked] = ${JSON.stringify([input, ofFunctions, scenario, asked])};
const value = { fleets: [], functions: [], sweeps: [] };
let opened = 0;
for (const count of [1, 3]) {
  const workers = new WebWorkers(() => (opened++, new Worker('worker.js', { type: 'module' })), count);
  value.fleets.push(await fleet(input, { workers }));
  value.functions.push(await fleet(ofFunctions, { workers }));
  value.sweeps.push(await sweep(scenario, { ...asked, workers }));
  workers.close();
}
const missing = new WebWorkers(() => new Worker('none.js', { type: 'module' }), 1);
value.missing = await sweep(scenario, { ...asked, workers: missing }).catch((error) => error.message);
report({ value: { ...value, opened } });`;

let folder: string;
let site: Site;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-workers-'));
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  for (const name of ['index.js', 'parts']) cpSync(join(dist, name), join(folder, name), { recursive: true });
  const worker = "import { serveWebWorker } from './index.js';\nserveWebWorker(self);\n";
  const files = { 'index.html': PAGE, 'report.js': REPORT, 'main.js': MAIN, 'worker.js': worker };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  site = await Site.open(folder);
});
afterAll(async () => {
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('Web Workers', () => {
  it('give the rows of one thread, however many there are', async () => {
    const said = (await site.visit('index.html')) as {
      fleets: FleetResult[];
      functions: FleetResult[];
      sweeps: SweepResult[];
      opened: number;
      missing: string;
    };
    expect(said.opened).toBe(4); // they stay from the fleet to the sweep
    const expectedFleet = lasting(await fleet(input));
    const expectedSweep = JSON.parse(JSON.stringify(await sweep(scenario, asked))) as SweepResult;
    for (const one of said.fleets) expect(lasting(one)).toEqual(JSON.parse(JSON.stringify(expectedFleet)));
    const expectedFunctions = JSON.parse(JSON.stringify(lasting(await fleet(ofFunctions)))) as FleetResult;
    expect(expectedFunctions.functions!.arrived).toBeGreaterThan(1000);
    for (const one of said.functions) expect(lasting(one)).toEqual(expectedFunctions);
    for (const one of said.sweeps) expect(one).toEqual(expectedSweep);
    expect(said.missing).toContain('a Web Worker ended: its script could not be loaded');
  });
});
