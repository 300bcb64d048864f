// Each format of VM traces on a few rows of its published shape, the shared traces where they are there, and what is wrong in them.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fleet } from '../../src/fleet/api.js';
import { readTrace } from '../../src/fleet/formats/index.js';
import { resolveFleet } from '../../src/fleet/parse.js';
import type { FleetInput } from '../../src/fleet/schema.js';
import { nodeHost } from '../../src/workload/node-file.js';
import { memoryHost } from '../../src/workload/text-source.js';

type Trace = NonNullable<NonNullable<FleetInput['vms']>['trace']>;

const inputOf = (trace: Trace, more: Partial<FleetInput> = {}): FleetInput => ({
  version: 1,
  hosts: [{ count: 4, cores: 40, memory: '400GiB' }],
  vms: { trace },
  ...more,
});

async function read(trace: Trace, files: Record<string, string>): Promise<number[][]> {
  const { fleet: resolved } = resolveFleet(inputOf(trace));
  const { vms } = await readTrace(resolved, resolved.vms.trace!, memoryHost(files));
  return Array.from({ length: vms.count }, (_, i) => [
    vms.arrivalNs[i]! / 1e9,
    vms.departureNs[i] === Number.MAX_SAFE_INTEGER ? Infinity : vms.departureNs[i]! / 1e9,
    vms.cores[i]! / 1e6,
    vms.memory[i]! / 2 ** 20,
    vms.classes[i]!,
  ]);
}

const message = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing refused',
    (error: unknown) => (error as Error).message,
  );

describe('traces of VMs', () => {
  it('reads its own table: before 0, for ever, by class, in the order of arrival', async () => {
    const text =
      'arrivalS,lifetimeS,cores,memoryGiB,class\n5,10,2,8,best-effort\n-3.5,,0.5,1.25,\n5,0.25,4,16,latency-critical\n';
    expect(await read({ file: 'a.csv' }, { 'a.csv': text })).toEqual([
      [-3.5, Infinity, 0.5, 1.25, 0],
      [5, 15, 2, 8, 1],
      [5, 5.25, 4, 16, 0],
    ]);
  });

  it('takes other names and units', async () => {
    const trace = {
      file: 'a.csv',
      timeUnit: 'h',
      columns: { arrival: 'at', lifetime: 'for', cores: 'n', memory: 'gib' },
    };
    expect(await read(trace as Trace, { 'a.csv': 'gib,n,for,at\n8,2,0.5,1\n' })).toEqual([[3600, 5400, 2, 8, 0]]);
  });

  it('adds times as they are written: 0.1 s and 0.2 s later a VM that comes at 0.3 s finds its room', async () => {
    const text = 'arrivalS,lifetimeS,cores,memoryGiB\n0.1,0.2,40,1\n0.3,1,40,1\n';
    const input = inputOf({ file: 'a.csv' }, { hosts: [{ count: 1, cores: 40, memory: '4GiB' }] });
    expect((await fleet(input, { files: { 'a.csv': text } })).packing).toMatchObject({
      placed: 2,
      rejected: 0,
      departed: 1,
    });
  });

  it('reads the tables of Azure Packing 2020: shares of a machine, days, VMs from before the trace', async () => {
    const vm = 'vmId,tenantId,vmTypeId,priority,starttime,endtime\n0,1,7,0,-7157.5,1.5\n1,1,8,1,0.25,\n2,1,9,0,1,2\n';
    const types =
      'id,vmTypeId,machineId,core,memory,hdd,ssd,nic\n0,7,16,0.5,0.25,0,0,0\n1,7,17,1,1,0,0,0\n2,8,16,0.0416666666666667,0.1,0,0,0\n';
    const files = { 'vm.csv': vm, 'type.csv': types };
    const trace: Trace = { file: 'vm.csv', format: 'azure-packing-2020', types: 'type.csv', machine: 16 };
    const rows = await read(trace, files);
    expect(rows).toHaveLength(2); // type 9 does not run on machine 16
    expect(rows[0]).toEqual([-Number.MAX_SAFE_INTEGER / 1e9, 129_600, 20, 100, 0]);
    expect(rows[1]!.slice(0, 2)).toEqual([21_600, Infinity]);
    expect(rows[1]![2]).toBeCloseTo(40 / 24, 5);
    expect(24 * rows[1]![2]!).toBeLessThanOrEqual(40); // as many as there are shares fit
    expect(await message(read({ ...trace, machine: 3 }, files))).toContain(
      'vms.trace.machine: given 3, expected a machineId of type.csv: 16, 17',
    );
  });

  it("reads OpenDC's tables of Bitbrains, and of SURF LISA with sizes of one's own", async () => {
    const text =
      'id,submission_time,duration,cpu_count,cpu_capacity,mem_capacity\n1,2000,5000,4,100,1048576\n2,1500,1000,8,100,2097152\n';
    expect(await read({ file: 'v.csv', format: 'bitbrains' }, { 'v.csv': text })).toEqual([
      [0, 1, 8, 2, 0],
      [0.5, 5.5, 4, 1, 0],
    ]);
    const sizes = [{ weight: 1, cores: 3, memory: '3GiB', class: 'best-effort' as const }];
    expect(await read({ file: 'v.csv', format: 'surf-lisa', sizes }, { 'v.csv': text })).toEqual([
      [0, 1, 3, 3, 1],
      [0.5, 5.5, 3, 3, 1],
    ]);
  });

  it('reads GWA-T-12 as published: a folder or a pattern, a file a VM, and takes no foreign file', async () => {
    const file = (...rows: [number, number, number][]): string =>
      [
        'Timestamp [ms];\tCPU cores;\tCPU capacity provisioned [MHZ];\tCPU usage [MHZ];\tCPU usage [%];\tMemory capacity provisioned [KB]',
        ...rows.map(([time, cores, kib]) => `${time};\t${cores};\t5851.99;\t12.5;\t0.2;\t${kib}`),
      ].join('\n') + '\n';
    const files = {
      'rnd/10.csv': file([1376315146, 2, 2097152], [1376315446, 4, 1048576]),
      'rnd/2.csv': file([1376315146, 8, 4194304]),
      'rnd/3.csv': file([1376314846000, 1, 1048576], [1376315146000, 1, 1048576]), // in ms, as the header says
      'rnd/4.csv': file([1376314846, 0, 0]),
      'rnd/README.txt': 'not a VM',
      'other/1.csv': 'id,x\n1,2\n',
    };
    const format = 'gwa-t-12';
    // GWA's first timestamp is 1376314846, and OpenDC's table has submission_time 1376314546000 of it
    const expected = [
      [0, 600, 1, 1, 0],
      [300, 600, 8, 4, 0],
      [300, 900, 4, 2, 0],
    ];
    for (const name of ['rnd', 'rnd/', 'rnd/*.csv'])
      expect(await read({ file: name, format }, files)).toEqual(expected);
    expect(await read({ file: 'rnd/?.csv', format }, files)).toEqual(expected.slice(0, 2));
    expect(await read({ file: 'rnd/10.csv', format }, files)).toEqual([[0, 600, 4, 2, 0]]);
    expect(await message(read({ file: 'none/*.csv', format }, files))).toContain(
      'vms.trace.file: given "none/*.csv", where no file is, expected a folder with a .csv for each VM',
    );
    expect(await message(read({ file: 'other', format }, files))).toContain(
      'other/1.csv:1: Timestamp [ms]: given a header without it: "id,x"',
    );
    const wrong = { 'rnd/1.csv': file([1376315146, 2, 1024]).replace(';\t2;', ';\ttwo;') };
    expect(await message(read({ file: 'rnd', format }, wrong))).toBe(
      'rnd/1.csv:2: CPU cores: given "two", expected cores from 0 to 65536',
    );
    const folder = mkdtempSync(join(tmpdir(), 'fluxhost-gwa-'));
    mkdirSync(join(folder, 'rnd'));
    for (const [name, text] of Object.entries(files))
      if (name.startsWith('rnd')) writeFileSync(join(folder, name), text);
    const host = nodeHost(folder, { within: folder });
    expect(await host.list!('rnd')).toEqual(['rnd/2.csv', 'rnd/3.csv', 'rnd/4.csv', 'rnd/10.csv']);
    expect(await host.list!('rnd/R*')).toEqual(['rnd/README.txt']);
    expect(await message(host.list!('none/*'))).toContain('a file that does not exist');
    expect(await message(host.list!('../*'))).toContain('a file elsewhere');
    expect(await host.list!('*')).toEqual(['rnd']);
    rmSync(folder, { recursive: true });
  });

  it("reads Alibaba's batch_task, which has no header, an instance a VM", async () => {
    const text = 'task1,2,j1,1,Terminated,100,160,50,0.5\ntask2,1,j1,1,Running,100,0,100,1\ntask3,1,j2,1,Waiting,,,,\n';
    expect(await read({ file: 'b.csv', format: 'alibaba-2018' }, { 'b.csv': text })).toEqual([
      [100, 160, 0.5, 2, 1],
      [100, 160, 0.5, 2, 1],
      [100, Infinity, 1, 4, 1],
    ]);
    const wrong = message(
      read({ file: 'b.csv', format: 'alibaba-2018' }, { 'b.csv': 'task1,x,j1,1,T,100,160,50,0.5\n' }),
    );
    expect(await wrong).toBe('b.csv:1: instance_num: given "x", expected a whole number of instances');
  });

  it("reads Google's instance events: a VM from SCHEDULE to the event that ends it", async () => {
    const head = 'time,type,collection_id,priority,instance_index,resource_request.cpus,resource_request.memory\n';
    const rows = ['601000000,3,7,200,0,0.5,0.25', '602000000,SCHEDULE,7,100,1,0.25,0.25', '605000000,FINISH,7,200,0,,'];
    expect(await read({ file: 'g.csv', format: 'google-2019' }, { 'g.csv': head + rows.join('\n') + '\n' })).toEqual([
      [1, 5, 20, 100, 0],
      [2, Infinity, 10, 100, 1],
    ]);
  });

  it('names every cell that is wrong, by line and column', async () => {
    const text = 'arrivalS,lifetimeS,cores,memoryGiB,class\nx,1,2,8,\n1,-1,0,8,batch\n';
    expect((await message(read({ file: 'a.csv' }, { 'a.csv': text }))).split('\n')).toEqual([
      'a.csv:2: arrivalS: given "x", expected a number, as a time',
      'a.csv:3: lifetimeS: given "-1", expected a number of s from 0, or nothing',
      'a.csv:3: cores: given "0", expected cores above 0, at most 65536',
      'a.csv:3: class: given "batch", expected one of: latency-critical, best-effort',
    ]);
    expect(await message(read({ file: 'a.csv' }, { 'a.csv': 'arrivalS,cores\n' }))).toContain('lifetimeS');
  });
});

const shared = fileURLToPath(new URL('../../../shared/traces/', import.meta.url));

describe('published traces', () => {
  const packed = async (trace: Trace): Promise<number[]> => {
    const { fleet: resolved } = resolveFleet(inputOf(trace));
    const { vms } = await readTrace(resolved, resolved.vms.trace!, nodeHost(shared));
    return [vms.count, vms.arrivalNs[vms.count - 1]! / 1e9];
  };

  it('reads Bitbrains and SURF LISA as they were published', async () => {
    expect(await packed({ file: 'atlarge-bitbrains/vms.csv.gz', format: 'bitbrains' })).toEqual([25, 1_966_992]);
    const sizes = [{ weight: 1, cores: 16, memory: '64GiB' }];
    expect(await packed({ file: 'atlarge-surf-lisa/tasks.csv.gz', format: 'surf-lisa', sizes })).toEqual([
      98_845, 5_382_924,
    ]);
  });
});
