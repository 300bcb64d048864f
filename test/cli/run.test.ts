// `fluxhost run` on a stand-in simulator: output, exit statuses, assertions, folders, interruption, progress.

import { mkdtempSync, rmSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, describe, it, expect } from 'vitest';
import { UsageError } from '../../src/cli/args.js';
import { progressText } from '../../src/cli/progress.js';
import { run } from '../../src/cli/run.js';
import type { Result } from '../../src/result/result.js';
import { LawError } from '../../src/result/laws.js';
import { replicationSeed } from '../../src/result/replications.js';
import { InputError } from '../../src/input/errors.js';
import { captureIo, fakeTools } from './fake.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-run-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('output', () => {
  it('is a table without colour when piped', async () => {
    const io = captureIo();
    const tools = fakeTools();
    expect(await run(['a.yaml'], io, tools)).toBe(0);
    expect(io.out).toMatch(/^hyperflux, seed 7/);
    expect(io.out).not.toContain('\u001b');
    expect(io.err).toBe('');
    expect(tools.closed).toBe(1);
  });

  it('is exactly one JSON document with --json', async () => {
    const io = captureIo();
    expect(await run(['a.yaml', '--json'], io, fakeTools())).toBe(0);
    const result = JSON.parse(io.out) as Result;
    expect(Object.keys(result)).toEqual(['histogram', 'host', 'manifest', 'memory', 'reallocation', 'vms', 'warnings']);
    expect(io.out.endsWith('}\n')).toBe(true);
  });

  it('is the same for the same seed, and that of another seed for --seed', async () => {
    const [a, b, c] = [captureIo(), captureIo(), captureIo()];
    await run(['a.yaml', '--json'], a, fakeTools());
    await run(['a.yaml', '--json', '--seed', '7'], b, fakeTools());
    await run(['a.yaml', '--json', '--seed', '8'], c, fakeTools());
    expect(b.out).toBe(a.out);
    expect((JSON.parse(c.out) as Result).manifest.seed).toBe(8);
  });

  it('passes --set on, in order', async () => {
    const tools = fakeTools();
    await run(
      ['a.yaml', '--set', 'host.cores=12', '--set=host.cores=16', '--set', 'vms.0.vcpus.min=3'],
      captureIo(),
      tools,
    );
    expect(tools.created[0]).toMatchObject({ host: { cores: 16 }, vms: [{ vcpus: { min: 3 } }, {}] });
  });

  it('warns on standard error of what the scenario warns of', async () => {
    const io = captureIo();
    const set = ['--set', 'mechanism=hotplug', '--set', 'mechanism.latency=2h'];
    await run(['a.yaml', '--json', ...set], io, fakeTools());
    expect(io.err).toBe('warning: mechanism.latency: 2h is longer than the run: no vCPU is ever added\n');
    expect(() => JSON.parse(io.out) as unknown).not.toThrow();
  });
});

describe('replications', () => {
  it('run with derived seeds and add figures and intervals', async () => {
    const io = captureIo();
    const tools = fakeTools();
    expect(await run(['a.yaml', '--json', '--replications', '3'], io, tools)).toBe(0);
    expect(tools.created.map((scenario) => scenario.seed)).toEqual([0, 1, 2].map((r) => replicationSeed(7, r)));
    const result = JSON.parse(io.out) as Result;
    expect(result.manifest).toMatchObject({ seed: 7, replications: 3 });
    expect(result.replications).toHaveLength(3);
    expect(result.confidence).toMatchObject({ level: 0.95, method: 'student-t' });
    expect(tools.closed).toBe(3);
  });
});

describe('assertions', () => {
  it('that hold leave status 0, others end in status 3 and say what was found', async () => {
    const io = captureIo();
    expect(
      await run(['a.yaml', '--assert', 'api.slo.attained', '--assert', 'api.latency.p99 < 200us'], io, fakeTools()),
    ).toBe(0);
    expect(io.err).toBe('');
    expect(
      await run(['a.yaml', '--assert', 'api.latency.p99 < 5us', '--assert', 'api.completed > 1000'], io, fakeTools()),
    ).toBe(3);
    expect(io.err).toBe(
      'assertion does not hold: api.latency.p99 < 5us: api.latency.p99 is 10.007us\n' +
        'assertion does not hold: api.completed > 1000: api.completed is 100\n',
    );
    expect(io.out).toContain('api');
  });

  it('must hold in every replication', async () => {
    const io = captureIo();
    const seed = replicationSeed(7, 1);
    expect(await run(['a.yaml', '--replications', '2', '--assert', 'manifest.seed == 7'], io, fakeTools())).toBe(3);
    expect(io.err).toContain(`in replication 1 (seed ${seed})`);
  });

  it('of unknown names are refused together, before anything runs or is written', async () => {
    const tools = fakeTools();
    const target = join(folder, 'out');
    const refused = run(
      ['a.yaml', '--assert', 'apu.slo.attained', '--assert', 'api.latency.p98 < 1us', '--out', target],
      captureIo(),
      tools,
    );
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).problems).toHaveLength(2);
    expect((error as InputError).message).toMatch(/did you mean "api"/);
    expect(readdirSync(folder)).toEqual([]);
    expect(tools.closed).toBe(1);
  });
});

describe('--out', () => {
  it('writes the JSON whole, beside the output', async () => {
    const io = captureIo();
    const target = join(folder, 'deep', 'er');
    expect(await run(['a.yaml', '--json', '--out', target], io, fakeTools())).toBe(0);
    expect(readdirSync(target).sort()).toEqual(['origin.json', 'report.html', 'result.json']);
    expect(readFileSync(join(target, 'result.json'), 'utf8')).toBe(io.out);
  });

  it('replaces an older result', async () => {
    writeFileSync(join(folder, 'result.json'), 'old');
    const io = captureIo();
    await run(['a.yaml', '--json', '--out', folder], io, fakeTools());
    expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe(io.out);
  });

  it('is refused before running where the folder cannot be made', async () => {
    writeFileSync(join(folder, 'file'), '');
    const io = captureIo();
    let midway = 0;
    const tools = fakeTools({ midway: () => (midway += 1) });
    await expect(run(['a.yaml', '--out', join(folder, 'file', 'sub')], io, tools)).rejects.toThrow(
      /--out: given .*ENOTDIR.*expected a folder/,
    );
    expect([midway, io.out]).toEqual([0, '']);
  });

  it('is not made where the scenario is refused', async () => {
    await expect(
      run(['a.yaml', '--out', join(folder, 'x'), '--set', 'host.cores=0'], captureIo(), fakeTools()),
    ).rejects.toThrow(InputError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('interruption', () => {
  it.each([false, true])('ends with the result so far, marked incomplete (engine throws: %s)', async (throwOnAbort) => {
    const io = captureIo();
    const tools = fakeTools({ midway: () => io.interrupt(), throwOnAbort });
    expect(await run(['a.yaml', '--json', '--out', folder], io, tools)).toBe(130);
    const result = JSON.parse(io.out) as Result;
    expect(result).toMatchObject({ incomplete: true, manifest: { measuredNs: 500_000, durationNs: 1_000_000 } });
    expect(io.err).toContain('interrupted');
    expect(io.listening).toBe(false);
    expect(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))).toMatchObject({ incomplete: true });
  });

  it('keeps finished replications and starts no further ones', async () => {
    const io = captureIo();
    const tools = fakeTools({ midway: () => tools.created.length === 2 && io.interrupt() });
    expect(await run(['a.yaml', '--json', '--replications', '5', '--assert', 'api.completed > 1e9'], io, tools)).toBe(
      130,
    );
    const result = JSON.parse(io.out) as Result;
    expect(result.incomplete).toBe(true);
    expect(result.replications!.map((one) => one.incomplete === true)).toEqual([false, true]);
    expect(tools.created).toHaveLength(2);
  });
});

describe('failures', () => {
  it('of the command line name every option at once', async () => {
    const refused = run(['a.yaml', '--seed', 'x', '--replications', '0'], captureIo(), fakeTools());
    const error = await refused.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).problems).toHaveLength(2);
  });

  it('of a law are told, and the simulation is closed', async () => {
    const tools = fakeTools({ spoil: (result) => (result.vms[0]!.arrived += 5) });
    const io = captureIo();
    await expect(run(['a.yaml', '--json'], io, tools)).rejects.toThrow(LawError);
    expect([io.out, tools.closed, io.listening]).toEqual(['', 1, false]);
  });
});

describe('the progress line', () => {
  const report = { nowNs: 840e6, endNs: 2e9, events: 12_300_000, wallSeconds: 1 };

  it('tells simulated time, events per second and time left, in one terminal line', () => {
    expect(progressText('hyperflux', report)).toBe(
      'hyperflux  42 %  840 ms of 2.00 s simulated, 12.3 M events/s, 1.38 s left',
    );
    expect(progressText('x'.repeat(100), report)).toHaveLength(79);
    expect(progressText('ideal', { nowNs: 0, endNs: 2e9, events: 0, wallSeconds: 0 })).toContain('time left unknown');
  });

  it('appears on a terminal only, and is taken away', async () => {
    const [terminal, pipe] = [captureIo(true), captureIo(false)];
    await run(['a.yaml', '--json'], terminal, fakeTools());
    await run(['a.yaml', '--json'], pipe, fakeTools());
    expect(terminal.err).toContain('50 %');
    expect(terminal.err.endsWith('\r\u001b[2K')).toBe(true);
    expect(pipe.err).toBe('');
    expect(pipe.out).toBe(terminal.out);
  });
});
