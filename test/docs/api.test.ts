// The functions beside Simulation: the example in each one's comment runs as it stands and prints what it says; what they refuse
// is told by field, all at once; what they give is what the commands print.

import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { pages } from '../../src/cli/pages.js';
import { reserve as reserveCommand } from '../../src/cli/vmem.js';
import { VM_BOOT } from '../../src/experiments/vmem/servers.js';
import * as fluxhost from '../../src/index.js';
import { FORMATS } from '../../src/pages/formats/names.js';
import { POLICY_PARAMETERS } from '../../src/pages/parameters.js';
import { POLICY_NAMES } from '../../src/pages/policies.js';
import { pagesSchemas } from '../../src/pages/result.js';
import { captureIo } from '../cli/fake.js';
import { temporaryFolder } from '../support/folder.js';

const temporary = temporaryFolder('pages').made;

const { InputError, memoryHost, missRatioCurve, replayPages, reserve } = fluxhost;

/** The example in the comment above a function, and what it says to print. */
function exampleOf(file: string, name: string): { code: string; printed: string } {
  const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');
  const before = source.slice(0, source.indexOf(`export async function ${name}(`));
  const comment = before.slice(before.lastIndexOf('/**'));
  const code = comment
    .split('\n')
    .filter((line) => line.startsWith(' *     '))
    .map((line) => line.slice(7))
    .join('\n');
  return { code, printed: /console\.log\(.*\); \/\/ (.*)$/m.exec(code)![1]! };
}

const AsyncFunction = (async () => undefined).constructor as new (
  ...text: string[]
) => (...values: unknown[]) => Promise<void>;

describe('the documented example', () => {
  it.each([
    ['pages/api.ts', 'replayPages'],
    ['pages/api.ts', 'missRatioCurve'],
    ['reserve/api.ts', 'reserve'],
  ])('of %s, %s, runs as it stands and prints what it says', async (file, name) => {
    const { code, printed } = exampleOf(file, name);
    const script = (await transform(code, { loader: 'ts', target: 'es2022' })).code;
    const lines: string[] = [];
    const console = { log: (...values: unknown[]) => void lines.push(values.join(' ')) };
    const names = ['memoryHost', 'replayPages', 'missRatioCurve', 'reserve'] as const;
    await new AsyncFunction('console', ...names, script)(console, ...names.map((one) => fluxhost[one]));
    expect(lines).toEqual([printed]);
  });
});

const TRACE =
  'address,rw\n' + Array.from({ length: 3000 }, (_, i) => `${((i * i) % 97) * 4096},${i % 3 ? 'R' : 'W'}`).join('\n');
const files = memoryHost({ 'mem.csv': TRACE });

describe('replayPages', () => {
  it('gives what the command prints, from memory', async () => {
    const result = await replayPages('mem.csv', {
      files,
      format: 'csv',
      policies: ['lru', 's3fifo:small=20%', 'opt'],
      capacities: [8, '25%', '64KiB'],
      swapIn: '10us',
      seed: 3,
    });
    const io = captureIo();
    const args = ['--format', 'csv', '--policy', 'lru,s3fifo:small=20%,opt', '--capacity', '8,25%,64KiB'];
    expect(await pages([temporary('mem.csv', TRACE), ...args, '--swap-in', '10us', '--seed', '3', '--json'], io)).toBe(
      0,
    );
    const command = JSON.parse(io.out) as fluxhost.PagesResult;
    const still = ({ runs, ...rest }: fluxhost.PagesResult) => ({
      ...rest,
      runs: runs.map((run) => ({ ...run, requestsPerSecond: null })),
    });
    expect(still(result)).toEqual(still(command));
    expect(result.runs).toHaveLength(9);
    expect(pagesSchemas().pagesResultSchema.safeParse(result).error).toBeUndefined();
  });

  it('unpacks what is packed, whatever its name', async () => {
    const stream = new Blob([TRACE]).stream().pipeThrough(new CompressionStream('gzip'));
    const packed = new Uint8Array(await new Response(stream).arrayBuffer());
    const asked = { format: 'csv', policies: ['lru'], capacities: [8] } as const;
    const plain = await replayPages('mem.csv', { ...asked, files });
    const same = await replayPages('mem', { ...asked, files: memoryHost({ mem: packed }) });
    expect(same.trace).toEqual(plain.trace);
    const cut = memoryHost({ mem: packed.subarray(0, packed.length - 9) });
    await expect(replayPages('mem', { ...asked, files: cut })).rejects.toThrow(
      /mem: given .*gzip.*expected a whole gzip file/,
    );
  });

  it('tells everything that is wrong with what is asked', async () => {
    const wrong = replayPages('mem.csv', {
      files,
      format: 'cvs' as 'csv', // as from a program without types
      policies: ['lru', 'arcc' as 'arc'],
      capacities: [0, '5MB/s'],
      pageSize: '3KiB',
      swapIn: '10',
      seed: -1,
    });
    await expect(wrong).rejects.toThrow(InputError);
    const fields = await wrong.catch((error: unknown) =>
      (error as InstanceType<typeof InputError>).problems.map(({ path }) => path),
    );
    expect(fields).toEqual(['format', 'pageSize', 'policies.1', 'capacities.0', 'capacities.1', 'seed', 'swapIn']);
    const nothing = replayPages('mem.csv', { files, format: 'csv', policies: [], capacities: [1] });
    await expect(nothing).rejects.toThrow('policies: given [], expected at least one');
    const missing = replayPages('none', { files, format: 'csv', policies: ['lru'], capacities: [1] });
    await expect(missing).rejects.toThrow('none: given the name of no file, expected one of: mem.csv');
  });

  it('refuses the core of hosts in one clear line', async () => {
    const module = await fluxhost.compileCore();
    const asked = { files, format: 'csv', policies: ['lru'], capacities: [1] } as const;
    await expect(replayPages('mem.csv', { ...asked, module })).rejects.toThrow('expected that of fluxhost-memory.wasm');
    const own = await fluxhost.compileMemoryCore();
    expect((await replayPages('mem.csv', { ...asked, module: own })).runs).toHaveLength(1);
  });
});

describe('missRatioCurve', () => {
  it('has the miss ratio of a replay at each of its capacities', async () => {
    const capacities = [3, 8, 21];
    const curve = await missRatioCurve('mem.csv', { files, format: 'csv', capacities });
    const { runs } = await replayPages('mem.csv', { files, format: 'csv', policies: ['lru'], capacities });
    for (const { capacityPages, missRatio } of runs)
      expect(curve.points.find((point) => point.capacityPages === capacityPages)?.missRatio).toBeCloseTo(missRatio, 12);
    expect(curve).toMatchObject({ sampled: false, leastCapacityPages: 1 });
  });

  it('leaves out what a sample cannot tell', async () => {
    const curve = await missRatioCurve('mem.csv', { files, format: 'csv', samplingRate: 0.25, capacities: [2, 30] });
    expect(curve).toMatchObject({ sampled: true, samplingRate: 0.25, leastCapacityPages: 4 });
    const capacities = curve.points.map(({ capacityPages }) => capacityPages);
    expect(capacities[0]).toBe(4);
    expect(capacities).toContain(30);
  });

  it('refuses rates and capacities that are none', async () => {
    const wrong = missRatioCurve('mem.csv', { files, format: 'csv', samplingRate: 0, capacities: [0.5] });
    await expect(wrong).rejects.toThrow(
      /samplingRate: given 0, .*\ncapacities\.0: given 0\.5, expected a whole number/,
    );
  });
});

describe('reserve', () => {
  it('gives what the command prints', async () => {
    const io = captureIo();
    expect(await reserveCommand([VM_BOOT.file, '--against', 'all', '--json'], io)).toBe(0);
    const result = await reserve(VM_BOOT.input, { against: ['vmem', 'hugetlb', 'hvo', 'thp'] });
    expect(JSON.parse(fluxhost.toStableJson(result))).toEqual(JSON.parse(io.out));
  });

  it('refuses by field', async () => {
    await expect(reserve({ version: 1, server: { memory: '384' } })).rejects.toThrow(
      'server.memory: given "384", expected a size',
    );
  });
});

describe('files that a scenario names', () => {
  const scenario = {
    version: 1 as const,
    duration: '1ms',
    host: { cores: 2, memory: { size: '1MiB' } },
    mechanism: 'static' as const,
    vms: [
      {
        name: 'a',
        vcpus: { min: 1, max: 1 },
        memory: { size: '64KiB', access: { pattern: 'trace' as const, file: 'touched.txt' } },
        workload: {
          arrivals: { process: 'saturate' as const, tasks: 1 },
          request: { stages: [{ tasks: 1, service: { dist: 'empirical' as const, file: 'times.txt' } }] },
        },
      },
    ],
  };
  const refusal = async (options: fluxhost.SimulationOptions): Promise<string[]> => {
    const error: unknown = await fluxhost.Simulation.create(scenario, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message.split('\n');
  };

  it('are told by the field that names them, all at once', async () => {
    expect(await refusal({})).toEqual([
      'vms.0.memory.access.file: given "touched.txt", expected options.files to read it from: memoryHost(files), or nodeHost(folder) of fluxhost/node',
      'vms.0.workload.request.stages.0.service.file: given "times.txt", expected options.files to read it from: memoryHost(files), or nodeHost(folder) of fluxhost/node',
    ]);
    expect(await refusal({ files: memoryHost({ 'times.txt': '5\n' }) })).toEqual([
      'vms.0.memory.access.file: given "touched.txt", the name of no file, expected one of: times.txt',
    ]);
    expect(await refusal({ files: memoryHost({ 'times.txt': '0\n', 'touched.txt': '0\nx\n' }) })).toEqual([
      'touched.txt:2: given "x", expected a number of at least 0, one a line',
      'vms.0.workload.request.stages.0.service.file: given "times.txt", 1 numbers, expected at least one number above 0',
    ]);
  });

  it('may be pages that are all page 0', async () => {
    const simulation = await fluxhost.Simulation.create(scenario, {
      files: memoryHost({ 'times.txt': '5000\n', 'touched.txt': '0\n' }),
    });
    await simulation.run();
    expect(simulation.metrics().memory.touches).toBeGreaterThan(100);
    simulation.close();
  });
});

describe('docs/pages.md', () => {
  const text = readFileSync('docs/pages.md', 'utf8');

  it('has every format and policy, and every parameter with its default', () => {
    const rows = [...text.matchAll(/^\| `(\w+)` +\| (.*)$/gm)].map(([, name, what]) => [name!, what!] as const);
    expect(rows.map(([name]) => name)).toEqual([...FORMATS.map(({ name }) => name), ...POLICY_NAMES]);
    for (const { path, default: value } of POLICY_PARAMETERS) {
      const [, policy, name] = path.split('.');
      const [, what] = rows.find(([known]) => known === policy)!;
      expect(what).toContain(value === '--seed' ? `\`${name}\`` : `\`${name}=${value}\``);
    }
  });
});
