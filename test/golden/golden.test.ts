// Every example under every mechanism, and one host forked from every mechanism into every other: fingerprint and whole
// result, hashed. Whoever moves code about changes none of them. A change is a decision, taken by
// `FLUXHOST_PIN=1 npx vitest run test/golden`, which rewrites test/golden/golden.json, and named in CHANGELOG.md.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import {
  InputError,
  MECHANISM_KINDS,
  Simulation,
  parseScenario,
  withMechanism,
  type Scenario,
} from '../../src/index.js';
import { nodeHost } from '../../src/node-entry.js';
import { essence, sha256 } from '../support/bits.js';
import { contended } from '../support/contended.js';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PINNED = fromRoot('test/golden/golden.json');
const UPDATE = process.env['FLUXHOST_PIN'] === '1';

/** Long enough that cores move, pages fault and quotas end; all of them together take some seconds. */
const SHORT = ['duration=20ms', 'warmup=2ms'];
const FORK_AT = 1_234_567;

/** Examples that are scenarios of a host: the others describe a server of reserved memory. */
function scenarios(): { name: string; scenario: Scenario }[] {
  return readdirSync(fromRoot('examples'))
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => {
      const text = readFileSync(fromRoot(`examples/${file}`), 'utf8');
      if (!/^vms:/m.test(text) || !/^host:/m.test(text)) return [];
      return [{ name: file, scenario: parseScenario(text, { file, set: SHORT }).scenario }];
    });
}

const files = nodeHost(fromRoot('examples'));

/** The hash of what came, or why there is nothing to run. */
async function outcome(work: () => Promise<Simulation>): Promise<string> {
  let simulation: Simulation;
  try {
    simulation = await work();
  } catch (error) {
    if (error instanceof InputError) return `refused: ${error.problems[0]!.path}`;
    throw error;
  }
  await simulation.run();
  const hash = sha256(essence(simulation.metrics())).slice(0, 32);
  simulation.close();
  return hash;
}

async function golden(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { name, scenario } of scenarios()) {
    for (const kind of MECHANISM_KINDS) {
      found[`${name}, ${kind}`] = await outcome(() => Simulation.create(withMechanism(scenario, kind), { files }));
    }
  }
  for (const from of MECHANISM_KINDS) {
    const input = { ...contended(from, 'fork-join'), duration: '3ms', warmup: '500us' };
    const base = await Simulation.create(input);
    await base.runUntil(FORK_AT);
    for (const to of MECHANISM_KINDS) {
      found[`fork, ${from} to ${to}`] = await outcome(() => base.fork(withMechanism(base.scenario, to)));
    }
    base.close();
  }
  return found;
}

it('every example, mechanism and fork gives what it gave', async () => {
  const now = await golden();
  if (UPDATE) writeFileSync(PINNED, `${JSON.stringify(now, null, 2)}\n`);
  expect(now).toEqual(JSON.parse(readFileSync(PINNED, 'utf8')));
  const hashes = Object.values(now).filter((text) => !text.startsWith('refused'));
  expect(hashes.length).toBeGreaterThan(150);
  expect(new Set(hashes).size).toBeGreaterThan(0.9 * hashes.length);
});

/** Another seed, stopped half way, then reset: nothing of the first run may be left in memory. */
async function resetHalfWay(scenario: Scenario): Promise<Simulation> {
  const simulation = await Simulation.create({ ...scenario, seed: scenario.seed + 98 }, { files });
  await simulation.runUntil(simulation.endNs / 2);
  simulation.reset(scenario.seed);
  return simulation;
}

it('a host that was reset gives what a new one gives', async () => {
  const pinned = JSON.parse(readFileSync(PINNED, 'utf8')) as Record<string, string>;
  for (const { name, scenario } of scenarios()) {
    for (const kind of MECHANISM_KINDS) {
      const hash = await outcome(() => resetHalfWay(withMechanism(scenario, kind)));
      expect(hash, `${name}, ${kind}`).toBe(pinned[`${name}, ${kind}`]);
    }
  }
});
