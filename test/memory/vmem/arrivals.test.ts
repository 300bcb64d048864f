// A list of VMs from a file: the same server and the same laws as with drawn ones, and every wrong cell told with its line.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reserve, type ReserveInput } from '../../../src/index.js';
import { loadReserve } from '../../../src/reserve/file.js';
import { compareReserve } from '../../../src/reserve/simulate.js';

const SERVER: ReserveInput = {
  version: 1,
  duration: '10h',
  server: { memory: '64GiB', nodes: 1, kernel: '2GiB' },
  boot: { fixed: '1s' },
  arrivals: { file: 'vms.csv' },
};

async function vmsOf(csv: string, change: Partial<ReserveInput> = {}) {
  const { runs } = await reserve({ ...SERVER, ...change }, { files: { 'vms.csv': csv } });
  return runs[0]!.memory;
}

describe('VMs from a file', () => {
  it('come when it says, are as large as it says, and go when they have run so long', async () => {
    const { vms, soldShare, neverFitBytes } = await vmsOf(
      // out of order, quantities with and without a unit, a column more, one that stays, one that is too large
      'name,arrival,memory,lifetime\r\na,1h,16,3600\r\nb,0,32GiB,\r\n"c",7200,8192MiB,1h\r\nd,3h,100GiB,1h\r\ne,11h,1,1\r\n',
    );
    expect(vms).toMatchObject({ arrived: 4, placed: 3, rejected: 1, failed: 0, departed: 2, running: 1 });
    expect(neverFitBytes).toEqual([100 * 2 ** 30]);
    // 32 GiB all the time, 16 and 8 for an hour each and the boot
    expect(soldShare! * 64 * 10).toBeGreaterThan(32 * 10 + 24);
    expect(soldShare! * 64 * 10).toBeLessThan(32 * 10 + 24.1);
  });

  it('may stand in other columns and units', async () => {
    const { vms } = await vmsOf('start;end\n', {
      arrivals: { file: 'vms.csv' },
    }).catch((error: unknown) => ({ vms: String(error) }));
    expect(vms).toContain('vms.csv:1: arrival: given a header without it: "start;end"');
    const renamed = await vmsOf('from,mb,for\n60,1024,30\n', {
      arrivals: {
        file: 'vms.csv',
        timeUnit: 'm',
        memoryUnit: 'MiB',
        columns: { arrival: 'from', memory: 'mb', lifetime: 'for' },
      },
    });
    expect(renamed.vms).toMatchObject({ arrived: 1, placed: 1, departed: 1 });
    expect(renamed.soldShare! * 64 * 10).toBeCloseTo(0.5, 2);
  });

  it('are refused with the line and column of every cell that is wrong', async () => {
    const wrong = 'arrival,memory,lifetime\n0,4,1\n-1,4,1\n5,none,1\n6,0,soon\n';
    await expect(vmsOf(wrong)).rejects.toThrow(
      [
        'vms.csv:3: arrival: given "-1", expected a number of s, or a duration such as 90m, 0 or more',
        'vms.csv:4: memory: given "none", expected a number of GiB, or a size such as 4GiB, above 0',
        'vms.csv:5: memory: given "0", expected a number of GiB, or a size such as 4GiB, above 0',
        'vms.csv:5: lifetime: given "soon", expected a number of s, or a duration such as 90m, 0 or more, or nothing for one that stays',
      ].join('\n'),
    );
    await expect(vmsOf('arrival,memory,lifetime\n0,4\n')).rejects.toThrow('2 cells: "0,4", expected 3 cells');
    await expect(vmsOf('arrival,memory,lifetime\n')).rejects.toThrow('expected at least one VM');
    await expect(vmsOf('')).rejects.toThrow('an empty file');
    await expect(reserve(SERVER, { files: {} })).rejects.toThrow('vms.csv');
    const drawn = { meanGap: '1m', sizes: [{ weight: 1, memory: '4GiB' }], lifetimes: [{ weight: 1, mean: '1h' }] };
    await expect(vmsOf('arrival,memory,lifetime\n0,4,1\n', { vms: drawn })).rejects.toThrow(
      'expected either vms, which are drawn, or arrivals from a file',
    );
    const { duration: _, ...endless } = SERVER;
    await expect(reserve(endless, { files: {} })).rejects.toThrow('duration');
  });

  it('are the same under every manager, and read beside the scenario', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fluxhost-vms-'));
    try {
      const rows = Array.from({ length: 200 }, (_, i) => `${i * 60},${1 + (i % 5)},${1800 + 37 * i}`);
      writeFileSync(join(folder, 'vms.csv'), `arrival,memory,lifetime\n${rows.join('\n')}\n`);
      writeFileSync(join(folder, 'server.yaml'), JSON.stringify(SERVER));
      const { runs } = await compareReserve(await loadReserve(join(folder, 'server.yaml')), ['hugetlb', 'thp']);
      expect(runs.map(({ memory }) => memory.vms!.arrived)).toEqual([200, 200, 200]);
      expect(runs[0]!.memory.vms!.rejected).toBeLessThan(runs[1]!.memory.vms!.rejected);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
