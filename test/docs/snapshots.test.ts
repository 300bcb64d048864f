// docs/snapshots.md: its commands print what the page shows, its program what the page says, and what it says a fork may change it may.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import * as fluxhost from '../../src/index.js';
import { captureIo } from '../cli/fake.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const page = text('docs/snapshots.md');

const AsyncFunction = (async () => {}).constructor as new (
  ...names: string[]
) => (...values: unknown[]) => Promise<void>;

describe('docs/snapshots.md', () => {
  it('shows what its commands print', async () => {
    const [, first, second, shown] =
      /<!-- run by .* -->\n\n```console\n\$ fluxhost (.*)\n\$ fluxhost (.*)\n([^`]*)```/.exec(page)!;
    const folder = mkdtempSync(join(tmpdir(), 'fluxhost-snapshots-'));
    try {
      const run = async (command: string): Promise<string> => {
        const args = command.split(' ').map((word) => {
          if (word.endsWith('.snapshot')) return join(folder, word);
          return word.startsWith('examples/') ? join(ROOT, word) : word;
        });
        const io = captureIo();
        expect(await main(args, io)).toBe(0);
        return io.out;
      };
      await run(first!);
      const out = await run(second!);
      expect(out.startsWith(shown!)).toBe(true);
      expect(shown!.split('\n').length).toBeGreaterThan(10);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has a program that runs: what goes on unchanged ends alike, ideal is the bound', async () => {
    const mark = '<!-- program: run by test/docs/snapshots.test.ts -->\n\n```ts\n';
    const from = page.indexOf(mark) + mark.length;
    const code = page.slice(from, page.indexOf('```', from));
    const [imports] = /^(?:import .*\n)+/.exec(code)!;
    expect(imports).toContain("import { Simulation, parseScenario, withMechanism } from 'fluxhost';\n");
    const { code: script } = await transform(code.slice(imports.length), { loader: 'ts', target: 'es2022' });
    const { Simulation, parseScenario, withMechanism } = fluxhost;
    const lines: unknown[][] = [];
    const console = { log: (...line: unknown[]) => lines.push(line) };
    const names = { Simulation, parseScenario, withMechanism, readFileSync: text, console };
    await new AsyncFunction(...Object.keys(names), script)(...Object.values(names));
    expect(lines.map(([mechanism]) => mechanism)).toEqual(['hyperflux', 'hyperflux', 'ideal']);
    expect(lines[1]).toEqual(lines[0]);
    expect(lines[2]![1]).not.toBe(lines[0]![1]);
    expect(lines[2]![2]).toBeLessThan(lines[0]![2] as number);
  });

  it('tells what a fork may change and what must stay', async () => {
    const { scenario } = fluxhost.parseScenario(text('examples/what-if.yaml'));
    const simulation = await fluxhost.Simulation.create(scenario);
    await simulation.runUntil(1_000_000);
    const [api, batch] = scenario.vms;
    const arrivals = { process: 'poisson', rate: 1e5 } as const;
    const may: Partial<fluxhost.Scenario>[] = [
      { mechanism: fluxhost.withMechanism(scenario, 'cgroup').mechanism },
      { costs: { ...scenario.costs, steal: 1 } },
      { seed: 9 },
      { durationNs: 5e6, fingerprint: false },
      {
        vms: [
          {
            ...api!,
            vcpus: { ...api!.vcpus, min: 1 },
            slo: { quantile: 0.5, latencyNs: 1e6 },
            dispatch: 'round-robin',
            stealing: null,
            quantumNs: 50_000,
            queueLimit: 100,
          },
          batch!,
        ],
      },
    ];
    for (const change of may) (await simulation.fork({ ...scenario, ...change })).close();
    const mustStay: Partial<fluxhost.Scenario>[] = [
      { mechanism: fluxhost.withMechanism(scenario, 'nsdi22').mechanism },
      { host: { ...scenario.host, cores: 18 } },
      { warmupNs: 1 },
      { series: null },
      { log: null },
      { histogram: { ...scenario.histogram, precision: 0.1 } },
      { limits: { ...scenario.limits, tasks: 1_000 } },
      ...[{ name: 'web' }, { class: 'best-effort' as const }, { priority: 3 }, { vcpus: { min: 2, max: 13 } }].map(
        (change) => ({ vms: [{ ...api!, ...change }, batch!] }),
      ),
      { vms: [{ ...api!, workload: { ...api!.workload!, arrivals } }, batch!] },
    ];
    for (const change of mustStay)
      await expect(simulation.fork({ ...scenario, ...change }), JSON.stringify(change)).rejects.toThrow(/expected/);
    simulation.close();
  });
});
