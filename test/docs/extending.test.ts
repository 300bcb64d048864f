// docs/extending.md: its mechanism, put where the page says, compiles and runs; its policy, stated in two languages, takes one
// trajectory. Files of the core are changed in memory only.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from 'assemblyscript/asc';
import { transform } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import * as L from '../../assembly/layout.js';
import { compileWithPolicy } from '../../src/cli/build.js';
import { compileScenario } from '../../src/core/compile.js';
import { HostCore } from '../../src/core/host.js';
import { instantiateCore } from '../../src/core/load.js';
import { readCounters } from '../../src/core/results.js';
import * as fluxhost from '../../src/index.js';
import { resolveScenario } from '../../src/scenario/resolve.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INDEX = 'assembly/cpu/mechanisms/index.ts';
const text = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');
const page = text('docs/extending.md');

/** The block of code after the comment `<!-- LABEL: PATH -->`; it keeps the core's own layout. */
function block(label: string, path: string): string {
  const mark = `<!-- ${label}: ${path} -->\n\n<!-- prettier-ignore -->\n\`\`\`ts\n`;
  const from = page.indexOf(mark);
  if (from < 0) throw new Error(`docs/extending.md has no block "${label}: ${path}"`);
  return page.slice(from + mark.length, page.indexOf('```', from + mark.length));
}

function replaceOnce(source: string, where: string, by: string): string {
  if (source.split(where).length !== 2) throw new Error(`expected once in ${INDEX}: ${where}`);
  return source.replace(where, by);
}

/** The sources as the page changes them. */
function changed(): ReadonlyMap<string, string> {
  const lend = 'assembly/cpu/mechanisms/lend.ts';
  let index = text(INDEX);
  index = replaceOnce(
    index,
    'import { ideal } from "./ideal";\n',
    `import { ideal } from "./ideal";\n${block('import in', INDEX)}`,
  );
  index = replaceOnce(
    index,
    '    case L.MECHANISM_STATIC:\n',
    `${block('case in', INDEX)}    case L.MECHANISM_STATIC:\n`,
  );
  return new Map([
    [lend, block('file', lend)],
    ['assembly/layout.ts', text('assembly/layout.ts') + block('add to', 'assembly/layout.ts')],
    [INDEX, index],
  ]);
}

async function compileCoreWith(files: ReadonlyMap<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  let binary: Uint8Array | null = null;
  let said = '';
  const say = { write: (words: string | Uint8Array) => void (said += String(words)) };
  const { error } = await main(
    [
      'assembly/index.ts',
      '--config',
      'asconfig.json',
      '--target',
      'checked',
      '--baseDir',
      ROOT,
      '--outFile',
      'core.wasm',
    ],
    {
      async readFile(name: string, base: string) {
        return files.get(name) ?? readFile(resolve(base, name), 'utf8').catch(() => null);
      },
      writeFile(name: string, contents: string | Uint8Array) {
        if (name === 'core.wasm' && typeof contents !== 'string') binary = contents;
      },
      stdout: say,
      stderr: say,
    },
  );
  if (error !== null || binary === null) throw new Error(`the page's mechanism does not compile:\n${said}`);
  return new Uint8Array(binary);
}

describe('docs/extending.md', () => {
  let module: WebAssembly.Module;
  beforeAll(async () => {
    module = await WebAssembly.compile(await compileCoreWith(changed()));
  });

  function run(mechanism: number) {
    const scenario = resolveScenario({
      version: 1,
      seed: 1,
      duration: '20ms',
      host: { cores: 8 },
      mechanism: 'static', // fills in the other words; its number is replaced below
      vms: [
        {
          name: 'busy',
          vcpus: { min: 1, max: 8 },
          workload: {
            arrivals: { process: 'poisson', rate: 3e5 },
            request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
          },
        },
        { name: 'quiet', vcpus: { min: 1, max: 8 } },
      ],
    });
    const compiled = compileScenario(scenario);
    const words = compiled.words.slice();
    words[L.HOST_MECHANISM] = mechanism;
    const core = new HostCore(instantiateCore(module), { ...compiled, words });
    expect(core.run(scenario.durationNs, 2 ** 53)).toBe('done');
    core.settle(); // throws where tasks or core time do not add up
    return { counters: readCounters(core, compiled, scenario.host.cores), fingerprint: core.fingerprint() };
  }

  it('says that any free number will do, and takes one', () => {
    const taken = Object.entries(L).filter(([name]) => name.startsWith('MECHANISM_'));
    expect(taken.map(([, number]) => number)).not.toContain(100);
  });

  it('adds a mechanism that lends idle cores', () => {
    const lent = run(100).counters;
    const fixed = run(L.MECHANISM_STATIC).counters;
    // three cores' worth of work: one pinned core drowns in it, lent ones do not
    const [busy] = lent.vms;
    expect(busy!.grants).toBeGreaterThan(0);
    expect(busy!.completed).toBeGreaterThan(0.95 * busy!.arrived);
    expect(fixed.vms[0]!.completed).toBeLessThan(0.5 * fixed.vms[0]!.arrived);
    expect(fixed.reallocation.count).toBe(0);
    // the same arrivals under both
    expect(busy!.arrived).toBe(fixed.vms[0]!.arrived);
  });

  it('gives the same trajectory every time', () => {
    expect(run(100).fingerprint).toBe(run(100).fingerprint);
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
    const binary = Uint8Array.from(await compileWithPolicy(block('file', 'my-policy.ts'), 'my-policy.ts'));
    const compiled = await fingerprint({ module: await fluxhost.compileCore(binary) });
    expect(await printed()).toBe(compiled);
    expect(await fingerprint({})).not.toBe(compiled);
  }, 120_000);
});
