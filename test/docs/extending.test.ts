// docs/extending.md: what it adds, put where the page says, touches as much as the page says, compiles, type-checks and runs; its
// policy of one's own, stated in two languages, takes one trajectory. No source is changed on disk.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { transform } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCore } from '../../src/policy-core.js';
import * as fluxhost from '../../src/index.js';
import { captureIo } from '../cli/fake.js';
import type * as stories from '../../src/web/stories/index.js';
import {
  addition,
  bundleWith,
  coreWith,
  libraryWith,
  page,
  ROOT,
  text,
  type Addition,
  type Library,
} from './additions.js';

const MECHANISM = /lend/i;
const POLICY = /lifo/i;
const FORMAT = /le16/;
const EXPERIMENT = /halving/;
const PART = /watch/;
const STORY = /saturation/;
const ALL = new RegExp([MECHANISM, POLICY, PART, FORMAT, EXPERIMENT, STORY].map(({ source }) => source).join('|'), 'i');

/** The block of a policy of one's own; it keeps the core's own layout. */
function block(path: string): string {
  const mark = `<!-- file: ${path} -->\n\n<!-- prettier-ignore -->\n\`\`\`ts\n`;
  const from = page.indexOf(mark);
  if (from < 0) throw new Error(`docs/extending.md has no block "${path}"`);
  return page.slice(from + mark.length, page.indexOf('```', from + mark.length));
}

/** New files, and lines in files that were there, by language. */
function counted({ made, lines }: Addition) {
  const of = (language: string): number => lines.filter(({ path }) => path.startsWith(language)).length;
  return { files: made.length, core: of('assembly/'), src: of('src/') };
}

describe('an addition', () => {
  it.each([
    ['a mechanism', MECHANISM, { files: 2, core: 1, src: 1 }],
    ['a replacement policy', POLICY, { files: 1, core: 0, src: 1 }],
    ['a trace format', FORMAT, { files: 1, core: 0, src: 1 }],
    ['an experiment', EXPERIMENT, { files: 1, core: 0, src: 1 }],
    ['a story', STORY, { files: 1, core: 0, src: 1 }],
  ])('touches no more than the page says: %s', (_, of, touched) => {
    expect(counted(addition(of))).toEqual(touched);
  });

  it('that is a part is two folders, a line in each table, and its seams', () => {
    const { made, lines } = addition(PART);
    expect([...new Set(made.map((path) => dirname(path)))]).toEqual(['assembly/watch', 'src/watch']);
    const tables = ['assembly/parts.ts', 'src/part-table.ts'];
    for (const table of tables) expect(lines.filter(({ path }) => path === table)).toHaveLength(1);
    const seams = lines.filter(({ path }) => !tables.includes(path));
    expect([...new Set(seams.map(({ path }) => path))]).toEqual([
      ...['src/scenario/schema.ts', 'src/scenario/types.ts'], // a field
      ...['src/result/result.ts', 'src/core/measure.ts'], // a figure
    ]);
    expect(seams).toHaveLength(6);
  });

  it('passes the type checker with nothing else changed', () => {
    const { files } = addition(ALL);
    mkdirSync(resolve(ROOT, 'build'), { recursive: true });
    const aside = mkdtempSync(resolve(ROOT, 'build/.extended-')); // below the packages that the sources import
    try {
      for (const path of ['src', 'assembly', 'package.json'])
        cpSync(resolve(ROOT, path), resolve(aside, path), { recursive: true });
      for (const [path, code] of files) {
        mkdirSync(dirname(resolve(aside, path)), { recursive: true });
        writeFileSync(resolve(aside, path), code);
      }
      const roots = ['src/index.ts', 'src/cli/main.ts', 'src/core/as-bind.d.ts'];
      const ofStories = ['src/web/stories/index.ts', 'src/web/text-files.d.ts'];
      const config = { extends: resolve(ROOT, 'tsconfig.json'), files: [...roots, ...ofStories], include: [] };
      writeFileSync(resolve(aside, 'tsconfig.json'), JSON.stringify(config));
      const tsc = resolve(ROOT, 'node_modules/typescript-native/bin/tsc');
      const args = [tsc, '-p', aside, '--listFiles', '--checkers', '1', '--pretty', 'false'];
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
      const lines = stdout.trim().split('\n');
      expect(lines.filter((line) => !existsSync(line))).toEqual([]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      for (const path of files.keys()) {
        if (path.startsWith('src/')) expect(lines).toContain(resolve(aside, path));
      }
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  });
});

describe('what the page adds', () => {
  let library: Library;
  let module: WebAssembly.Module;
  beforeAll(async () => {
    const { files } = addition(ALL);
    library = await libraryWith(files);
    module = await library.compileCore(await coreWith(files));
  });

  it('is a story of the live page, whose last sentence says what the two futures have come to', async () => {
    const { STORIES } = await bundleWith<typeof stories>(
      addition(STORY).files,
      "export * from './src/web/stories/index.js';",
    );
    const story = await STORIES.find(({ title }) => title === 'Saturation')!.load();
    const first = await fluxhost.Simulation.create(fluxhost.parseScenario(story.scenario.text).scenario);
    const forking = story.captions.find(({ fork }) => fork !== undefined)!;
    const last = story.captions.at(-1)!;
    await first.runUntil(forking.atNs);
    const before = first.latencies(0);
    const second = await first.fork(fluxhost.withFields(first.scenario, forking.fork!));
    const seen: { latencyNs: (number | null)[]; completed: number[] }[] = [];
    for (const simulation of [first, second]) {
      await simulation.runUntil(last.atNs);
      const since = simulation.latencies(0).since(before);
      seen.push({ latencyNs: [since.quantile(0.99)], completed: [since.count] });
    }
    expect(seen[1]!.latencyNs[0]!).toBeGreaterThan(2 * seen[0]!.latencyNs[0]!);
    const said = typeof last.text === 'string' ? last.text : last.text(seen);
    expect(said).toMatch(/^p99 [\d.]+ µs above, [\d.]+ (µs|ms) below: /);
  });

  const scenario = (mechanism: string) => ({
    version: 1 as const,
    seed: 1,
    duration: '20ms',
    host: { cores: 8 },
    mechanism: mechanism as 'static',
    vms: [
      {
        name: 'busy',
        vcpus: { min: 1, max: 8 },
        workload: {
          arrivals: { process: 'poisson' as const, rate: 3e5 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean: '10us' } }] },
        },
      },
      { name: 'quiet', vcpus: { min: 1, max: 8 } },
    ],
  });

  async function run(mechanism: string): Promise<fluxhost.Result> {
    const simulation = await library.Simulation.create(scenario(mechanism), { module });
    await simulation.run();
    const result = simulation.metrics(); // throws where tasks or core time do not add up
    simulation.close();
    return result;
  }

  it('is a mechanism that lends idle cores', async () => {
    expect(library.MECHANISM_KINDS).toEqual([...fluxhost.MECHANISM_KINDS, 'lend']);
    expect(() => fluxhost.resolveScenario(scenario('lend'))).toThrow(fluxhost.InputError);
    const [lent, fixed] = [await run('lend'), await run('static')];
    // three cores' worth of work: one pinned core drowns in it, lent ones do not
    const [busy] = lent.vms;
    expect(busy!.grants).toBeGreaterThan(0);
    expect(busy!.completed).toBeGreaterThan(0.95 * busy!.arrived);
    expect(fixed.vms[0]!.completed).toBeLessThan(0.5 * fixed.vms[0]!.arrived);
    expect(fixed.reallocation.count).toBe(0);
    // the same arrivals under both, the same trajectory every time
    expect(busy!.arrived).toBe(fixed.vms[0]!.arrived);
    expect((await run('lend')).manifest.fingerprint).toBe(lent.manifest.fingerprint);
  });

  it('is a replacement policy that throws out what came last, and a format that it reads', async () => {
    const pages = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 300];
    const held: number[] = [];
    let misses = 0;
    for (const wanted of pages) {
      if (held.includes(wanted)) continue;
      misses++;
      if (held.length === 3) held.pop();
      held.push(wanted);
    }
    const bytes = Uint8Array.from(pages.flatMap((wanted) => [wanted & 255, wanted >> 8]));
    const { files } = addition(POLICY);
    const asked = {
      format: 'le16' as 'csv', // the types are those of the package as it is
      files: library.memoryHost({ trace: bytes }),
      policies: ['lifo' as 'lru', 'lru' as const],
      capacities: [3],
      module: await library.compileMemoryCore(await coreWith(files, 'assembly/memory/index.ts')),
    };
    const { trace, runs } = await library.replayPages('trace', asked);
    expect(trace).toMatchObject({ requests: pages.length, distinctPages: 5 });
    expect(runs.map((one) => one.misses)).toEqual([misses, pages.length]); // LRU keeps nothing of a loop
  });

  it('is a part that looks at every core from time to time', async () => {
    const run = async (watch: object): Promise<{ host: fluxhost.Result['host']; events: number }> => {
      const asked = { ...scenario('hyperflux'), host: { cores: 8, ...watch }, warmup: '1ms' };
      const simulation = await library.Simulation.create(asked, { module });
      await simulation.run();
      const { host, manifest } = simulation.metrics();
      const copy = await library.Simulation.restore(simulation.snapshot(), { module });
      expect(copy.metrics().host).toEqual(host); // a snapshot holds it
      simulation.close();
      copy.close();
      return { host, events: manifest.events };
    };
    const [plain, watched] = [await run({}), await run({ watch: '1us' })];
    expect('watched' in plain.host && plain.host.watched !== undefined).toBe(false);
    const { watched: share, ...host } = watched.host as typeof watched.host & { watched: number };
    expect(host).toEqual(plain.host); // looking changes nothing
    expect(watched.events - plain.events).toBe(21_000); // a look a microsecond, the warm-up's included
    const { idleCoreSeconds, pollCoreSeconds } = host;
    const measured = 0.02 * 7; // one of the eight cores polls
    expect(pollCoreSeconds).toBeCloseTo(0.02, 9);
    expect(share).toBeGreaterThan(0.1);
    expect(Math.abs(share - (1 - idleCoreSeconds / measured))).toBeLessThan(0.01);
    expect(() =>
      fluxhost.resolveScenario({ ...scenario('static'), host: { cores: 8, watch: '1us' } as never }),
    ).toThrow(/host.watch/);
  });

  it('is an experiment that `reproduce` knows', async () => {
    const io = captureIo();
    expect(await library.main(['reproduce', 'halving', '--json'], io), io.err).toBe(0);
    const { claims } = JSON.parse(io.out) as { claims: { ours: string }[] };
    expect(Number(claims[0]!.ours)).toBeGreaterThan(19.5);
    expect(Number(claims[0]!.ours)).toBeLessThan(20.5);
    // its parameter, without another line for it
    const busier = captureIo();
    expect(await library.main(['reproduce', 'halving', '--set', 'load=0.8', '--json'], busier), busier.err).toBe(0);
    const [claim] = (JSON.parse(busier.out) as { claims: { ours: string; paper: string }[] }).claims;
    expect(claim!.paper).toBe('50.00 us');
    expect(Math.abs(Number(claim!.ours) - 50)).toBeLessThan(5);
    const told = captureIo();
    expect(await library.main(['explain', 'halving', '--json'], told), told.err).toBe(0);
    expect(JSON.parse(told.out)).toMatchObject({ parameters: [{ path: 'load', min: 0.01, max: 0.9 }] });
  });
});

describe("the page's policy", () => {
  const AsyncFunction = (async () => {}).constructor as new (
    ...names: string[]
  ) => (...values: unknown[]) => Promise<void>;

  /** What the program in TypeScript prints: its imports are handed in, all else runs as it stands. */
  async function printed(): Promise<string> {
    const mark = '<!-- policy in TypeScript: run by test/docs/extending.test.ts -->\n\n```ts\n';
    const from = page.indexOf(mark) + mark.length;
    expect(from).toBeGreaterThan(mark.length);
    const code = page.slice(from, page.indexOf('```', from));
    const [imports] = /^(?:import .*\n)+/.exec(code)!;
    expect(imports).toBe(
      "import { readFileSync } from 'node:fs';\nimport { Simulation, parseScenario, type Policy } from 'fluxhost';\n",
    );
    const { code: script } = await transform(code.slice(imports.length), { loader: 'ts', target: 'es2022' });
    const { Simulation, parseScenario } = fluxhost;
    const lines: unknown[] = [];
    const names = {
      Simulation,
      parseScenario,
      readFileSync: text,
      console: { log: (line: unknown) => lines.push(line) },
    };
    await new AsyncFunction(...Object.keys(names), script)(...Object.values(names));
    expect(lines).toHaveLength(1);
    return String(lines[0]);
  }

  it('takes one trajectory in both languages, and another than the policy of the package', async () => {
    const { scenario } = fluxhost.parseScenario(text('examples/policy.yaml'));
    const fingerprint = async (options: fluxhost.SimulationOptions): Promise<string> => {
      const simulation = await fluxhost.Simulation.create(scenario, options);
      await simulation.run();
      const { manifest, vms } = simulation.metrics();
      expect(vms[0]!.steals).toBeGreaterThan(0);
      expect(vms[0]!.grants).toBeGreaterThan(0);
      simulation.close();
      return manifest.fingerprint;
    };
    // not optimized: the trajectory is the same, and there in a sixth of the time
    const binary = await buildCore(block('my-policy.ts'), { file: 'my-policy.ts', debug: true });
    const compiled = await fingerprint({ module: await fluxhost.compileCore(binary) });
    expect(await printed()).toBe(compiled);
    expect(await fingerprint({})).not.toBe(compiled);
  });
});
