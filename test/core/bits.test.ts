// One trajectory everywhere: the debug, checked and release builds, the main thread and a worker, a run in one go and in
// slices or single steps all give the same fingerprint and the same result. And that result is pinned: a change of it is
// a decision, taken by `FLUXHOST_PIN=1 npx vitest run test/core/bits.test.ts`, which rewrites test/core/pinned.json.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from 'vitest';
import { MECHANISM_KINDS } from '../../src/index.js';
import { BITS, essence, resultOf, sha256, simulationOf } from '../support/bits.js';
import { BUILDS, buildPath, moduleOf, type Build } from '../support/builds.js';

const PINNED = fileURLToPath(new URL('./pinned.json', import.meta.url));
const UPDATE = process.env['FLUXHOST_PIN'] === '1';

/** What the release build on this thread gives, by name. */
const expected = new Map<string, string>();

beforeAll(async () => {
  const module = await moduleOf('release');
  for (const one of BITS) expected.set(one.name, essence(await resultOf(one, module)));
});

describe('the same bits', () => {
  it('cover every mechanism, and every case takes a trajectory of its own', () => {
    for (const kind of MECHANISM_KINDS) expect(BITS.some(({ name }) => name.startsWith(kind))).toBe(true);
    const fingerprints = [...expected.values()].map((text) => /"fingerprint": "([0-9a-f]{16})"/.exec(text)?.[1]);
    expect(fingerprints).not.toContain(undefined);
    // Under ideal a VM has one queue whatever the dispatch, and no cost to leave out.
    const moving = BITS.map(({ name }, i) => ({ name, fingerprint: fingerprints[i] })).filter(({ name }) =>
      name.startsWith('hyperflux'),
    );
    const twins = moving.filter(
      ({ fingerprint }, i) => moving.findIndex((other) => other.fingerprint === fingerprint) < i,
    );
    expect(twins).toEqual([]);
  });

  it.each(BUILDS.filter((build) => build !== 'release'))('from the %s build', async (build: Build) => {
    const module = await moduleOf(build);
    for (const one of BITS) expect(essence(await resultOf(one, module)), one.name).toBe(expected.get(one.name));
  });

  it('in slices of time', async () => {
    for (const one of BITS) {
      const simulation = await simulationOf(one);
      simulation.metrics(); // looking disturbs nothing
      let slice = 1;
      while (!simulation.done) {
        await simulation.runFor(Math.min(slice, simulation.endNs - simulation.nowNs));
        slice = (slice * 7) % 1_000_003;
      }
      expect(essence(simulation.metrics()), one.name).toBe(expected.get(one.name));
      simulation.close();
    }
  });

  it('in steps of some events', async () => {
    for (const one of BITS) {
      const simulation = await simulationOf(one);
      for (let size = 1; (await simulation.step(size)) > 0; size = (size % 37) + 1);
      await simulation.run();
      expect(essence(simulation.metrics()), one.name).toBe(expected.get(one.name));
      simulation.close();
    }
  });

  it('from a worker thread', async () => {
    const results = await inWorker();
    for (const kind of MECHANISM_KINDS) {
      const name = `${kind}, fork-join`;
      const { manifest, vms } = JSON.parse(expected.get(name)!);
      expect(results[name]?.fingerprint, name).toBe(manifest.fingerprint);
      expect(results[name]?.vms, name).toEqual(vms);
    }
  });
});

describe('pinned results', () => {
  it('are what they were, or the change is a decision (FLUXHOST_PIN=1)', () => {
    const now = Object.fromEntries([...expected].map(([name, text]) => [name, sha256(text)]));
    if (UPDATE) writeFileSync(PINNED, `${JSON.stringify(now, null, 2)}\n`);
    expect(
      existsSync(PINNED),
      'no test/core/pinned.json: make it with FLUXHOST_PIN=1 npx vitest run test/core/bits.test.ts',
    ).toBe(true);
    expect(now).toEqual(JSON.parse(readFileSync(PINNED, 'utf8')));
  });
});

/** The whole package, bundled on the spot, runs the fork-join cases in a worker thread. */
async function inWorker(): Promise<Record<string, { fingerprint: string; vms: unknown }>> {
  const { build } = await import('esbuild');
  const bundle = await build({
    stdin: {
      contents: `
        import { parentPort, workerData } from 'node:worker_threads';
        import { readFileSync } from 'node:fs';
        import { Simulation, toStableJson } from './src/index.ts';
        const module = await WebAssembly.compile(readFileSync(workerData.wasm));
        const results = {};
        for (const { name, input } of workerData.cases) {
          const simulation = await Simulation.create(input, { module });
          await simulation.run();
          const { manifest, vms } = JSON.parse(toStableJson(simulation.metrics()));
          results[name] = { fingerprint: manifest.fingerprint, vms };
        }
        parentPort.postMessage(results);`,
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    logLevel: 'silent',
    // bundled packages in the old module system ask for `require`
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire('file:///');" },
  });
  const code = bundle.outputFiles[0]!.text;
  const cases = BITS.filter(({ name }) => name.endsWith(', fork-join')).map(({ name, input }) => ({ name, input }));
  const worker = new Worker(new URL(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`), {
    workerData: { wasm: buildPath('release'), cases },
  });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}
