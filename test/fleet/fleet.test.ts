// `fluxhost fleet` as a person uses it: the contract's result, its accounts, refusals, a rule of one's own, fleets that are drawn.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { fleet } from '../../src/fleet/api.js';
import { InputError } from '../../src/input/errors.js';
import type { FleetResult } from '../../src/fleet/result.js';
import type { FleetInput } from '../../src/fleet/schema.js';
import { captureIo } from '../cli/fake.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-fleet-'));
  writeFileSync(
    join(folder, 'vms.csv'),
    'arrivalS,lifetimeS,cores,memoryGiB\n0,10,4,8\n1,2,4,8\n2,10,4,8\n3,100,2,4\n4,1,99,1\n',
  );
  writeFileSync(
    join(folder, 'f.yaml'),
    'version: 1\nduration: 20s\nhosts: [{ count: 3, cores: 8, memory: 32GiB }]\nplacement: first-fit\nvms: { trace: { file: vms.csv } }\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(['fleet', join(folder, 'f.yaml'), ...args], io);
  return { status, out: io.out, err: io.err };
}

const example = fileURLToPath(new URL('../../examples/fleet.yaml', import.meta.url));

describe('fluxhost fleet', () => {
  it('prints what became of the VMs, computed by hand', async () => {
    const { status, out, err } = await run('--json');
    expect(status, err).toBe(0);
    const { packing, hosts, classes, manifest } = JSON.parse(out) as FleetResult;
    expect(packing).toMatchObject({
      arrivals: 5,
      placed: 4,
      rejected: 1,
      departed: 3,
      running: 1,
      unusedHosts: 1,
      peakHosts: 2,
      peakCores: 12,
    });
    expect(packing).not.toHaveProperty('lost');
    // 4 cores × 10 s, × 2 s, × 10 s and 2 cores × 17 s of 24 cores × 20 s
    expect(packing.meanCoreUtilization).toBeCloseTo((40 + 8 + 40 + 34) / 480, 12);
    expect(packing.meanMemoryUtilization).toBeCloseTo((80 + 16 + 80 + 68) / (96 * 20), 12);
    // host 0 from 0 to 10 s, and with the last VM on; host 1 from 2 s to 12 s
    expect(packing.meanHosts).toBeCloseTo((20 + 10) / 20, 12);
    expect(hosts).toEqual({ simulated: 0, of: 3 });
    expect(classes).toEqual([]);
    expect(manifest).toMatchObject({ fidelity: 'packing', placement: 'first-fit', durationNs: 20e9, seed: 1 });
  });

  it('prints a table, and leaves a report with a map', async () => {
    const out = join(folder, 'out');
    const { status, out: text, err } = await run('--out', out);
    expect(status, err).toBe(0);
    expect(text).toMatch(/^first-fit on 3 hosts, 20\.0? ?s: placement alone/);
    expect(text).toMatch(/rejected +1\n/);
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    expect(page).toContain('1 of 5 VMs had no host');
    expect(page).toContain('"kind":"map"');
    expect(await main(['report', out], captureIo())).toBe(0);
  });

  it('holds assertions, and takes fields from the command line', async () => {
    expect((await run('--assert', 'packing.rejected == 0')).status).toBe(3);
    expect((await run('--assert', 'packing.rejected == 1', '--set', 'placement=worst-fit')).status).toBe(0);
    const { out } = await run('--json', '--set', 'placement=worst-fit', '--seed', '7');
    expect(JSON.parse(out)).toMatchObject({ manifest: { placement: 'worst-fit', seed: 7 }, packing: { peakHosts: 3 } });
  });

  it('refuses every mistake at once, with its place', async () => {
    const set = [
      'placement=bestfit',
      'hosts.0.cores=0',
      'failures.mtbf=90x',
      'mechanism=hyperfluxx',
      'fidelity=full',
      'pace=1',
    ];
    const { status, err, out } = await run(...set.flatMap((one) => ['--set', one]));
    expect([status, out]).toEqual([2, '']);
    for (const part of [
      'placement: given "bestfit", expected one of (did you mean "best-fit"?)',
      'hosts.0.cores: given 0, expected a whole number from 1 to 65536',
      'failures.mtbf: given "90x", expected a duration above 0 in digits with a unit (ns, us, ms, s, m, h or d)',
      'mechanism: given "hyperfluxx"',
      'pace: given an unknown field',
    ])
      expect(err).toContain(part);
    expect((await run('--set', 'fidelity=full')).err).toContain(
      'vms.behaviour: given nothing, expected what every VM does',
    );
    const behaviour = '{ slo: { quantile: 2, latency: 1ms } }';
    expect((await run('--set', `vms.behaviour=${behaviour}`)).err).toContain('vms.behaviour.slo.quantile: given 2');
    const { err: others } = await run('--set', 'vms.behaviour={ memory: { size: 4GiB }, vcpus: 2, sloo: 1 }');
    expect(others).toContain('vms.behaviour.memory: given a field of a VM of a scenario, expected none: memory inside');
    expect(others).toContain('vms.behaviour.vcpus: given a field of a VM of a scenario, expected none: it is of each');
    expect(others).toMatch(/vms\.behaviour\.sloo: given an unknown field, .*"slo"/);
    expect(others).not.toMatch(/known field.*: (.*, )?(memory|vcpus|name|class)\b/);
    expect((await run('--set', 'overcommit.cores=1.2345')).err).toContain('at most three digits after the point');
  });

  it('has a JSON Schema, and runs the example', async () => {
    const io = captureIo();
    expect(await main(['schema', 'fleet'], io)).toBe(0);
    expect(Object.keys((JSON.parse(io.out) as { properties: object }).properties)).toContain('drains');
    const there = captureIo();
    expect(await main(['fleet', example, '--json', '--set', 'duration=2h'], there), there.err).toBe(0);
    const { packing } = JSON.parse(there.out) as FleetResult;
    expect(packing.arrivals).toBe(packing.placed + packing.rejected);
    expect(packing.placed).toBe(packing.departed + packing.running + packing.lost!);
  });
});

const drawn: FleetInput = {
  version: 1,
  duration: '1h',
  hosts: [{ count: 50, cores: 32, memory: '128GiB' }],
  vms: {
    generated: {
      arrivals: { rate: 0.5 },
      lifetime: { dist: 'exponential', mean: '10m' },
      sizes: [
        { weight: 3, cores: 2, memory: '4GiB' },
        { weight: 1, cores: 8, memory: '16GiB', class: 'best-effort' },
      ],
    },
  },
};

describe('a fleet from a program', () => {
  it('draws VMs by Little: rate × lifetime are there on the mean, in their sizes', async () => {
    const { packing } = await fleet({ ...drawn, duration: '100h' });
    // M/G/∞: 300 VMs of 3.5 cores each; over 100 h the mean is within 1 %
    expect(packing.rejected).toBe(0);
    expect(packing.meanCoreUtilization * 50 * 32).toBeGreaterThan(300 * 3.5 * 0.98);
    expect(packing.meanCoreUtilization * 50 * 32).toBeLessThan(300 * 3.5 * 1.02);
  });

  it('draws lifetimes from a file, which is refused by its field where it cannot be had', async () => {
    const lifetime = { dist: 'empirical', file: 'minutes.txt', scale: '1m' } as const;
    const input = { ...drawn, duration: '100h', vms: { generated: { ...drawn.vms!.generated!, lifetime } } } as const;
    const { packing } = await fleet(input, { files: { 'minutes.txt': '1\n1\n4\n' } });
    // Little: 0.5/s × 2 min, VMs of 3.5 cores, on 50 × 32 cores
    const expected = (0.5 * 120 * 3.5) / (50 * 32);
    expect(Math.abs(packing.meanCoreUtilization / expected - 1)).toBeLessThan(0.05);
    await expect(fleet(input)).rejects.toThrow(/vms\.generated\.lifetime\.file: given "?minutes\.txt/);
    await expect(fleet(input, { files: { 'minutes.txt': 'soon\n' } })).rejects.toThrow(InputError);
  });

  it('places by a rule of its own, which sees what is free', async () => {
    const seen = { cores: 0, classes: new Set<string>() };
    const firstFit = await fleet({ ...drawn, placement: 'first-fit' });
    const own = await fleet(drawn, {
      policy(vm, hosts) {
        seen.cores = Math.max(seen.cores, vm.cores);
        seen.classes.add(vm.class);
        for (let host = 0; host < hosts.count; host++)
          if (hosts.isOpen(host) && hosts.freeCores(host) >= vm.cores && hosts.freeBytes(host) >= vm.bytes) return host;
        return -1;
      },
    });
    expect(seen).toEqual({ cores: 8, classes: new Set(['latency-critical', 'best-effort']) });
    expect(own.packing).toEqual(firstFit.packing);
    expect(own.manifest).toMatchObject({ placement: 'policy', fingerprint: firstFit.manifest.fingerprint });
    await expect(fleet(drawn, { policy: () => 50 })).rejects.toThrow('answered 50 for VM 0');
  });

  it('is told apart from a scenario, as files of other commands are, in one line', async () => {
    for (const [command, file, told] of [
      ['sweep', 'fleet', 'given a fleet (hosts), expected a scenario (host, vms)'],
      ['fleet', 'burst', 'given a scenario (of one host), expected a fleet (hosts, placement'],
      ['run', 'vmem-server', 'given a server of reserved memory (server), expected a scenario (host, vms); servers of'],
      ['fleet', 'vmem-server', 'given a server of reserved memory (server), expected a fleet (hosts, placement'],
      ['reserve', 'fleet', 'given a fleet (hosts), expected a server of reserved memory (server, vms)'],
      ['reserve', 'burst', 'given a scenario (of one host), expected a server of reserved memory'],
      [
        'run',
        'data/object-cache.csv',
        'given a table of page accesses, expected a scenario (host, vms); those are for fluxhost pages ',
      ],
      ['run', 'artifact/artifact', 'given a list of items (of an evaluation kit), expected a scenario (host, vms)'],
    ] as const) {
      const io = captureIo();
      const name = file.includes('.') ? file : `${file}.yaml`;
      const path = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
      expect(await main([command, path, ...(command === 'sweep' ? ['--vary', 'seed=1,2'] : [])], io)).toBe(2);
      expect(io.err.trimEnd().split('\n')).toHaveLength(1);
      expect(io.err).toContain(`${name}: ${told}`);
    }
  });

  it('warns where VMs fit on no host', async () => {
    const sizes = [{ weight: 1, cores: 33, memory: '1GiB' }];
    const { warnings } = await fleet({ ...drawn, vms: { generated: { ...drawn.vms!.generated!, sizes } } });
    expect(warnings.map(({ code }) => code)).toEqual(['never-fits']);
    expect(warnings[0]!.detail).toMatch(
      /^(\d+) of \1 VMs fit on no host, were it empty: the first has 33 cores and 1GiB$/,
    );
  });

  it('warns of no VM that an empty host would hold, however short hosts are', async () => {
    const { packing, warnings } = await fleet({
      ...drawn,
      hosts: [{ count: 2, cores: 32, memory: '64GiB' }],
      drains: [{ at: '1m', within: '1m', hosts: 0.5 }],
    });
    expect(packing.rejected).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
  });
});

describe('fluxhost size of a fleet', () => {
  const size = async (...args: string[]): Promise<{ status: number; out: string; err: string }> => {
    const io = captureIo();
    const status = await main(['size', join(folder, 'f.yaml'), ...args], io);
    return { status, out: io.out, err: io.err };
  };
  interface Sized {
    readonly runs: readonly {
      value: number | null;
      set: string;
      tried: { value: number; attainedIn: number }[];
      noData?: { in: number; of: number }[];
    }[];
  }

  it('finds the fewest hosts, and runs the values beside the answer', async () => {
    // three VMs of 4 cores and one of 2 are there at 3 s at most: 12 cores at 2 s need two hosts of 8
    const { status, out, err } = await size('--for', 'packing.rejected == 1', '--json');
    expect(status, err).toBe(0);
    const [run] = (JSON.parse(out) as Sized).runs;
    expect(run).toMatchObject({ value: 2, set: 'hosts.0.count=2', bound: null });
    expect(run!.tried.find(({ value }) => value === 1)).toMatchObject({ attainedIn: 0 });
    const text = await size('--for', 'packing.rejected == 1');
    expect(text.out).toContain('hosts.0.count=2');
  });

  it('says of which class no request came to judge by', async () => {
    const rate =
      'vms.behaviour={slo: {quantile: 0.99, latency: 1ms}, workload: {arrivals: {process: poisson, rate: 1.0e-6}, request: {stages: [{tasks: 1, service: {dist: constant, value: 1us}}]}}}';
    const args = ['--set', 'fidelity=full', '--set', 'mechanism=ideal', '--set', 'hosts.0.cores=99', '--set', rate];
    const { status, out, err } = await size(...args, '--find', 'hosts.0.count=1..3', '--json');
    expect(status, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ for: ['a host for every VM, and every class its SLO'] });
    const [run] = (JSON.parse(out) as Sized).runs;
    expect(run!.noData!.map((one) => [one.in, one.of])).toContainEqual([1, 1]);
    expect((await size(...args)).out.replaceAll(/\s+/g, ' ')).toMatch(
      /no request came to judge .*\.slo by; it counts neither as met nor as missed/,
    );
  });

  it('says where no number of hosts is enough, and refuses what is of scenarios', async () => {
    const { out } = await size('--json'); // one VM wants 99 cores
    expect(JSON.parse(out)).toMatchObject({ for: ['a host for every VM'] });
    expect((JSON.parse(out) as Sized).runs[0]).toMatchObject({ value: null, bound: { by: 'range' } });
    expect((await size()).out.replaceAll(/\s+/g, ' ')).toMatch(
      /nothing in the range is enough: at \d+, the most that was looked at, \d+ of \d+ VMs have no host; 1 of \d+ VMs fit on no host, were it empty: the first has 99 cores/,
    );
    expect((await size('--find', 'hosts.0.cores')).err).toContain('expected a range: hosts.0.cores=LOW..HIGH');
    expect((await size('--mechanisms', 'ideal')).err).toContain('--mechanisms: given for a fleet');
    const cores = await size('--find', 'hosts.0.cores=4..128', '--json');
    expect((JSON.parse(cores.out) as Sized).runs[0]).toMatchObject({ value: 99 });
  });
});
