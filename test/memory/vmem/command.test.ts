// `fluxhost reserve` as a person meets it: the table, the JSON, the refusals; and the experiment behind `reproduce vmem`.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, afterAll, expect, describe, it } from 'vitest';
import { UsageError } from '../../../src/cli/args.js';
import { reserve } from '../../../src/cli/vmem.js';
import { experiment } from '../../../src/experiments/vmem/index.js';
import { parseReserve, resolveReserve } from '../../../src/reserve/parse.js';
import type { ReserveComparison } from '../../../src/reserve/result.js';
import { compareReserve } from '../../../src/reserve/simulate.js';
import { InputError } from '../../../src/input/errors.js';
import { captureIo } from '../../cli/fake.js';
import { buildOf } from './cores.js';

const BOOT = fileURLToPath(new URL('../../../examples/vm-boot.yaml', import.meta.url));

let module: WebAssembly.Module;
let folder: string;

beforeAll(async () => {
  module = await buildOf('release');
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-reserve-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function output(...args: string[]): Promise<string> {
  const written: string[] = [];
  const io = { stdout: (text: string) => void written.push(text), stderr: () => undefined, isTty: false };
  expect(await reserve(args, io, module)).toBe(0);
  return written.join('');
}

/** The lines of a refusal. */
function refusal(text: string, set: string[] = []): string[] {
  try {
    parseReserve(text, { file: 's.yaml', set });
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n');
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('the command', () => {
  it('prints one column a manager', async () => {
    const text = await output(BOOT, '--against', 'hugetlb,hvo');
    expect(text.split('\n')[0]!.trim().split(/ +/)).toEqual(['vmem', 'hugetlb', 'hvo']);
    expect(text).toMatch(/sellable +381\.96 GiB +376\.00 GiB +381\.21 GiB/);
    expect(text).toMatch(/hugetlb against vmem +-1\.55/);
    expect(text).not.toContain('VMs arrived');
  });

  it('prints one JSON document', async () => {
    const { runs, differences } = JSON.parse(await output(BOOT, '--against', 'all', '--json')) as ReserveComparison;
    expect(runs.map((run) => run.manifest.manager)).toEqual(['vmem', 'hugetlb', 'hvo', 'thp']);
    expect(differences).toHaveLength(3);
    expect(runs[0]!.memory.bootTable).toHaveLength(5);
    expect(runs[0]!.manifest.coreSha256).toBe(''); // a module whose bytes were never seen
  });

  it('takes fields and the seed from the command line', async () => {
    const text = await output(BOOT, '--json', '--seed', '9', '--set', 'manager=thp', '--set', 'thp.hugeShare=1');
    const [run] = (JSON.parse(text) as ReserveComparison).runs;
    expect([run!.manifest.seed, run!.manifest.manager]).toEqual([9, 'thp']);
    expect(run!.memory.bootTable.every((row) => row.faultNs === 0)).toBe(true);
  });

  it('says which sizes have no room, in place of a row', async () => {
    const args = [BOOT, '--set', 'boot.sizes=[4GiB, 380GiB]', '--against', 'hugetlb'];
    expect(await output(...args)).toMatch(/\nno room under hugetlb, even on the empty server, for 380\.00 GiB\n/);
    const { runs } = JSON.parse(await output(...args, '--json')) as ReserveComparison;
    expect(runs.map(({ memory }) => [memory.bootTable.length, memory.neverFitBytes])).toEqual([
      [2, []],
      [1, [380 * 2 ** 30]],
    ]);
    const file = join(folder, 'full.yaml');
    const vms = '{ meanGap: 1h, sizes: [{ weight: 1, memory: 8GiB }], lifetimes: [{ weight: 1, mean: 1h }] }';
    writeFileSync(file, `version: 1\nduration: 20h\nserver: { memory: 9GiB }\nvms: ${vms}\n`);
    const text = await output(file);
    expect(text).toContain('for 8.00 GiB; VMs of such a size are always rejected');
  });

  it('guards a build and writes its result', async () => {
    const out = join(folder, 'results');
    const io = captureIo();
    const holds = 'memory.plan.sellableShare > 0.99 && memory.bootTable.4.total < 20s';
    expect(await reserve([BOOT, '--assert', holds, '--out', out, '--json'], io, module)).toBe(0);
    expect(readFileSync(join(out, 'result.json'), 'utf8')).toBe(io.out);
    const failing = captureIo();
    expect(await reserve([BOOT, '--assert', 'memory.bootTable.4.total < 1s'], failing, module)).toBe(3);
    expect(failing.err).toMatch(/^assertion does not hold: memory\.bootTable\.4\.total < 1s: .* is 12\.6/);
    await expect(reserve([BOOT, '--assert', 'memory.sold ='], captureIo(), module)).rejects.toThrow(InputError);
    await expect(reserve([BOOT, '--assert', 'memory.plan.sellable > 1'], captureIo(), module)).rejects.toThrow(
      InputError,
    );
  });

  it('explains itself', async () => {
    expect(await output('--help')).toContain('Usage: fluxhost reserve SCENARIO [options]');
  });

  it('refuses managers there are not, all at once', async () => {
    const io = { stdout: () => undefined, stderr: () => undefined, isTty: false };
    const wrong = reserve([BOOT, '--against', 'hugtlb,zfs'], io, module);
    await expect(wrong).rejects.toThrow(UsageError);
    await expect(wrong).rejects.toThrow(
      '--against: given "hugtlb", did you mean hugetlb?\n--against: given "zfs", expected one of vmem, hugetlb, hvo, thp, all',
    );
  });

  it('takes VMs from a file wherever it lies, but where files are confined', async () => {
    const inside = join(folder, 'inside');
    mkdirSync(inside);
    writeFileSync(join(folder, 'vms.csv'), 'arrival,memory,lifetime\n1,4,3600\n');
    writeFileSync(
      join(inside, 's.yaml'),
      'version: 1\nduration: 1h\nserver: { memory: 64GiB }\narrivals: { file: ../vms.csv }\n',
    );
    const asked = [join(inside, 's.yaml'), '--json'];
    const { runs } = JSON.parse(await output(...asked, '--files-within', folder)) as ReserveComparison;
    expect(runs[0]!.memory.vms!.arrived).toBe(1);
    await expect(reserve([...asked, '--files-within', inside], captureIo(), module)).rejects.toThrow(
      '../vms.csv: given a file elsewhere, expected a file within',
    );
  });

  it('refuses a file that is not there', async () => {
    const io = { stdout: () => undefined, stderr: () => undefined, isTty: false };
    await expect(reserve([join(folder, 'none.yaml')], io, module)).rejects.toThrow(
      'none.yaml: given a file that is not there, expected a server in YAML or JSON',
    );
    const file = join(folder, 'tiny.yaml');
    writeFileSync(file, 'version: 1\nserver:\n  memory: 1GiB\n');
    await expect(reserve([file], io, module)).rejects.toThrow(/tiny\.yaml:3: server\.memory: given 1073741824 bytes/);
  });
});

describe('a refused server', () => {
  const TEXT = 'version: 1\nduration: 2h\nserver:\n  memory: 384GiB\n';

  it.each([
    ['server.memory=384', 'server.memory: given 384, expected a size above 0 with a unit, such as 64MiB'],
    ['server.memory=20TiB', 'server.memory: given "20TiB", expected a size of at most 16TiB'],
    ['server.nodes=0', 'server.nodes: given 0, expected a whole number from 1 to 16'],
    ['manager=hugetbl', 'manager: given "hugetbl", expected one of (did you mean "hugetlb"?): vmem, hugetlb, hvo, thp'],
    ['hugetlb.largeShare=1.5', 'hugetlb.largeShare: given 1.5, expected a number from 0 to 1'],
    [
      'vms={ meanGap: 1s, sizes: [], lifetimes: [{ weight: 1, mean: 1s }] }',
      'vms.sizes: given [], expected a list of at least one size { weight, memory }',
    ],
    ['boot.sizes=5', 'boot.sizes: given 5, expected a list of sizes such as [16GiB, 373GB]'],
    [
      'vms={ meanGap: 1h, sizes: 5, lifetimes: [{ weight: 1, mean: 1h }] }',
      'vms.sizes: given 5, expected a list of at least one size { weight, memory }',
    ],
    ['boot.sizes=[4GiB, 500]', 'boot.sizes.1: given 500, expected a size above 0 with a unit, such as 64MiB'],
    ['boot.sizes=[4GiB, 500GiB]', 'boot.sizes.1: given "500GiB", expected no more than server.memory (384GiB)'],
    [
      'vms={ meanGap: 1h, sizes: [{ weight: 1, memory: 1TiB }], lifetimes: [{ weight: 1, mean: 1h }] }',
      'vms.sizes.0.memory: given "1TiB", expected no more than server.memory (384GiB)',
    ],
    [
      'server.memory=1.2TiB',
      'server.memory: given "1.2TiB", expected a whole number of bytes, with a unit (B, KiB, MiB, GiB, TiB, or KB, MB, GB, TB), such as 1258291MiB',
    ],
    ['upgrade={ every: 1ms }', 'upgrade.prepare: given nothing, expected less than upgrade.every'],
    [
      'servers=1',
      'servers: given an unknown field, expected a known field (did you mean "server"?): version, seed, manager, duration, server, vms, arrivals, poison, upgrade, costs, zeroing, hugetlb, thp, boot, network',
    ],
  ])('%s', (set, line) => {
    expect(refusal(TEXT, [set])).toEqual([`--set ${set}: ${line}`]);
  });

  it('hears of every mistake, with its line', () => {
    expect(refusal('version: 2\nserver:\n  memory: 384\n  nodes: 0.5\n')).toEqual([
      's.yaml:1: version: given 2, expected 1, the only version there is',
      's.yaml:3: server.memory: given 384, expected a size above 0 with a unit, such as 64MiB',
      's.yaml:4: server.nodes: given 0.5, expected a whole number from 1 to 16',
    ]);
  });

  it('needs a duration where VMs come and go, and no more VMs than can be counted', () => {
    const vms =
      'vms:\n  meanGap: 1ms\n  sizes: [{ weight: 1, memory: 2MiB }]\n  lifetimes: [{ weight: 1, mean: 1s }]\n';
    expect(refusal(`${TEXT.replace('duration: 2h\n', '')}${vms}`)).toEqual([
      's.yaml:1: duration: given nothing, expected how long VMs come and go, such as 2160h',
    ]);
    expect(refusal(`${TEXT}${vms}`)).toEqual([
      's.yaml:6: vms.meanGap: given "1ms", expected at most 5 million arrivals in the duration',
    ]);
  });

  it('is told under which manager nothing is left', async () => {
    const loaded = resolveReserve({ version: 1, server: { memory: '384GiB' }, thp: { headroomShare: 1 } });
    await expect(compareReserve(loaded, ['hugetlb', 'thp'], module)).rejects.toThrow(
      'server.memory: given 412316860416 bytes, all of it used by thp itself, expected memory left to sell',
    );
  });
});

describe('reproduce vmem', () => {
  it('tells what sourced parameters carry, and what they do not', async () => {
    const { claims, tables } = await experiment.run({ module });
    const ours = Object.fromEntries(claims.map((claim) => [claim.id, [claim.supported, claim.ours]]));
    expect(ours).toEqual({
      'sellable-all-descriptors': ['partly', '+1.55 points from page descriptors alone'],
      'sellable-vmemmap': ['no', '+0.20 points'],
      'check-descriptors': ['partly', '376.00'],
      'check-vmemmap': ['partly', '381.21'],
      'boot-time': [
        'partly',
        expect.stringMatching(
          /^1\.11 from mapping and pinning alone; above 3 from 3 zeroing threads on, 3\.19 \(from 2 on/,
        ),
      ],
      network: ['no', expect.stringMatching(/^\+0\.0 % to \+\d\d\.\d % over .*; \+37\.5 % at the defaults$/)],
      'failed-operations': [
        'partly',
        expect.stringMatching(
          /^0 VMs and 0 resizes and departures of \d{5} operations, \d+ upgrades, \d+ of them rolled back; \d+ VMs and \d+ .* fail where/,
        ),
      ],
    });
    for (const claim of claims) {
      expect(claim.assumptions.length).toBeGreaterThan(0);
      expect(claim.command).toMatch(/^fluxhost reserve examples/);
    }
    for (const { head, rows } of tables) for (const row of rows) expect(row).toHaveLength(head.length);
  });
});
