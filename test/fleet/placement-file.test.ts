// A placement rule from a file: what the program does with examples/placement.ts is what the same rule does from a program, and a file that is
// none is refused.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { main } from '../../src/cli/program.js';
import { fleet, type FleetInput, type FleetResult, type PlacementPolicy } from '../../src/index.js';
import { captureIo } from '../cli/fake.js';
import { program } from '../cluster/support.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'examples/fleet.yaml');

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'fluxhost-rule-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(args, io);
  return { status, out: io.out, err: io.err };
}

/** Written from the words of the example. */
const evenest: PlacementPolicy = (vm, hosts) => {
  const all = Array.from({ length: hosts.count }, (_, host) => host).filter(
    (host) => hosts.isOpen(host) && hosts.freeCores(host) >= vm.cores && hosts.freeBytes(host) >= vm.bytes,
  );
  const used = all.filter((host) => hosts.vms(host) > 0);
  const skewOf = (host: number): number =>
    Math.abs(
      (hosts.freeCores(host) - vm.cores) / hosts.cores(host) - (hosts.freeBytes(host) - vm.bytes) / hosts.bytes(host),
    );
  const [first, ...others] = used.length > 0 ? used : all;
  return others.reduce((best, host) => (skewOf(host) < skewOf(best) ? host : best), first ?? -1);
};

describe('--placement', () => {
  it('places as the rule of the example does from a program, and strands less than best-fit', async () => {
    const set = ['hosts.0.count=32', 'vms.generated.arrivals.rate=0.035', 'duration=4h'];
    const words = ['fleet', example, '--json', ...set.flatMap((one) => ['--set', one])];
    const out = execFileSync(process.execPath, [program, ...words, '--placement', join(root, 'examples/placement.ts')]);
    const told = JSON.parse(out.toString()) as FleetResult;
    expect(told.manifest.placement).toBe('policy');
    const input = parse(readFileSync(example, 'utf8')) as FleetInput & { vms: { generated: { arrivals: object } } };
    const { arrivals } = input.vms.generated;
    const vms = { ...input.vms, generated: { ...input.vms.generated, arrivals: { ...arrivals, rate: 0.035 } } };
    const hosts = [{ ...input.hosts[0]!, count: 32 }];
    const own = await fleet({ ...input, hosts, vms, duration: '4h' }, { policy: evenest });
    expect(own.packing.placed).toBeGreaterThan(500);
    expect(told.manifest.fingerprint).toBe(own.manifest.fingerprint);
    const bestFit = JSON.parse((await run(...words)).out) as FleetResult;
    expect(told.packing.strandedCores).toBeLessThan(bestFit.packing.strandedCores!);
  });

  it('is loaded anew for each packing, and is what size searches with', async () => {
    // remembers: a second packing of one module would reject all
    writeFileSync(at('once.mjs'), 'let next = 0; export default () => (next < 9 ? next++ : -1);');
    const hosts = ['--set', 'hosts.0.count=12', '--set', 'duration=1h', '--set', 'vms.generated.warmup=0s'];
    const words = [example, ...hosts, '--placement', at('once.mjs')];
    for (let turn = 0; turn < 2; turn++) {
      const { packing } = JSON.parse((await run('fleet', ...words, '--json')).out) as FleetResult;
      expect(packing.placed).toBe(9);
    }
    const find = ['--find', 'hosts.0.count=9..12', '--for', 'packing.placed == 9', '--json'];
    const { runs } = JSON.parse((await run('size', ...words, ...find)).out) as {
      runs: { mechanism: string; value: number }[];
    };
    expect(runs).toMatchObject([{ mechanism: at('once.mjs'), value: 9 }]);
  });

  it('refuses what is no rule, and tells where one fails', async () => {
    const told = async (text: string): Promise<[number, string]> => {
      const file = at(`rule-${text.length}.mjs`);
      writeFileSync(file, text);
      const { status, err } = await run('fleet', example, '--placement', file);
      return [status, err];
    };
    expect((await run('fleet', example, '--placement', at('none.mjs'))).err).toMatch(
      /none\.mjs", a file that is not there/,
    );
    expect((await told('export const rule = 1;')).join()).toMatch(/^2,.*whose default export is no function/);
    expect((await told('export default (')).join()).toMatch(/^2,.*which cannot be loaded/);
    expect((await told('export default () => { throw new Error("oh"); };')).join()).toMatch(
      /^1,.*\.mjs: the rule failed at VM 0: oh/,
    );
    expect((await told('export default () => 1e9;')).join()).toMatch(
      /^1,.*\.mjs: the rule answered 1000000000 for VM 0/,
    );
    writeFileSync(at('s.yaml'), 'version: 1');
    expect((await run('size', at('s.yaml'), '--placement', 'x')).err).toContain('--placement: given for a scenario');
  });
});
