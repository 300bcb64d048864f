// The two commands that only print: explain and schema.

import { expect, describe, it } from 'vitest';
import { explain } from '../../src/cli/explain.js';
import type { Io } from '../../src/cli/io.js';
import { schema } from '../../src/cli/schema.js';
import { InputError } from '../../src/input/errors.js';
import { MECHANISM_KINDS } from '../../src/scenario/mechanisms.js';
import { PARAMETERS, COST_NAMES } from '../../src/explain/parameters.js';
import { GROUP_NAMES } from '../../src/explain/groups.js';
import { FORMATS as FLEET_FORMATS } from '../../src/fleet/types.js';
import { PLACEMENT_KINDS } from '../../src/fleet/placement.js';
import { FORMATS } from '../../src/pages/formats/names.js';
import { POLICY_NAMES } from '../../src/pages/policies.js';

const silent: Io = { stdout: () => undefined, stderr: () => undefined, isTty: false };

/** The message of the InputError that a command line must end in. */
async function refusal(command: (args: string[], io: Io) => Promise<number>, args: string[]): Promise<string> {
  const failure: unknown = await command(args, silent).catch((reason: unknown) => reason);
  expect(failure).toBeInstanceOf(InputError);
  return (failure as InputError).message;
}

async function printed(command: (args: string[], io: Io) => Promise<number>, ...args: string[]): Promise<string> {
  let out = '';
  let err = '';
  const io: Io = { stdout: (text) => void (out += text), stderr: (text) => void (err += text), isTty: false };
  expect(await command(args, io)).toBe(0);
  expect(err).toBe('');
  return out;
}

describe('explain', () => {
  it('tells a parameter with its unit, default, source and confidence', async () => {
    expect(await printed(explain, 'stealCheck')).toBe(`costs.stealCheck
  meaning    Looking once into another vCPU's queue for something to steal.
  unit       a duration: a number with ns, us, ms, s, m or h
  default    120ns
  source     McClure et al., NSDI 2022, simulator smcclure20/scheduling-policies-sim at 32b9d666,
             sim/sim_config.py: work steal check time
  confidence source code
`);
  });

  it('tells all that a name can mean', async () => {
    const out = await printed(explain, 'interval');
    expect(out).toContain('mechanism.hyperflux.interval\n');
    expect(out).toContain('mechanism.hotplug.interval\n');
    expect(out.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  it.each(['vms', 'memory', 'functions'])('lists %s with room for what each means', async (query) => {
    const lines = (await printed(explain, query)).split('\n').slice(0, -2);
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
    // a meaning in a narrow column takes a line for each word
    expect(lines.filter((line) => /^ {60,}\S/.test(line))).toEqual([]);
  });

  it('tells in a sentence what a mechanism or a part is about, and lists what belongs to it', async () => {
    for (const kind of MECHANISM_KINDS) {
      const knobs = PARAMETERS.filter(({ path }) => path.startsWith(`mechanism.${kind}.`));
      for (const query of [kind, `mechanism.${kind}`]) {
        const out = await printed(explain, query);
        expect(out).toMatch(new RegExp(`^mechanism\\.${kind}: [A-Z]`));
        for (const { name } of knobs) expect(out).toMatch(new RegExp(`^  ${name} +\\S+ +\\S`, 'm'));
        if (knobs.length === 0) expect(out).toContain('It has no parameters.');
        expect(out.split('\n').every((line) => line.length <= 100)).toBe(true);
      }
      expect(await printed(explain, 'mechanism')).toMatch(new RegExp(`^  ${kind} +[A-Z]`, 'm'));
    }
    const costs = await printed(explain, 'costs');
    expect(costs).toMatch(/^costs: What the steps/);
    for (const name of COST_NAMES) expect(costs).toMatch(new RegExp(`^  ${name} +[\\d.]+[num]?s +\\S`, 'm'));
    // every beginning of a path has its sentence
    const parts = new Set(PARAMETERS.flatMap(({ path }) => (path.includes('.') ? [path.split('.')[0]!] : [])));
    for (const part of parts) expect(GROUP_NAMES).toContain(part);
    expect(JSON.parse(await printed(explain, 'caladan', '--json'))).toMatchObject([
      { path: 'mechanism.caladan.interval' },
      { path: 'mechanism.caladan.threshold' },
      {},
      {},
      {},
      { path: 'mechanism.caladan.htPunish' },
      { path: 'mechanism.caladan.bandwidthLimit' },
    ]);
  });

  it('lists all of a scenario, and nothing of other files', async () => {
    const out = await printed(explain, 'scenario');
    expect(out).toMatch(/^costs\.stealCheck +\S/m);
    expect(out).toMatch(/^lifecycle\.keepAlive\.policy +\S/m);
    expect(out).not.toMatch(/^(fleet|reserve|pages)\./m);
    expect(out.trimEnd().split('\n').length).toBeGreaterThan(200);
  });

  it('lists every parameter without a name', async () => {
    const out = await printed(explain);
    expect(out).toMatch(/^costs\.steal +120ns +source code$/m);
    expect(out).toMatch(/^histogram\.memory +48MiB +assumed$/m);
  });

  it.each([
    ['memory', 'host.memory.size', 'vms.*.memory.access.file', 60],
    ['reserve', 'reserve.server.memory', 'reserve.poison.meanGap', 40],
    ['pages', 'pages.clock.bits', 'pages.taiji.scan', 8],
    ['host.memory.content', 'host.memory.content.zero', 'host.memory.content.remote', 5],
    ['vms.0.memory.size', 'vms.*.memory.size', 'vms.*.memory.size', 1],
  ])('lists the group %s', async (group, one, another, least) => {
    const listed = JSON.parse(await printed(explain, group, '--json')) as { path: string; meaning: string }[];
    const names = listed.map(({ path }) => path);
    expect(names).toContain(one);
    expect(names).toContain(another);
    expect(names.length).toBeGreaterThanOrEqual(least);
    const text = await printed(explain, group);
    for (const { path } of listed) expect(text).toContain(path.split('.').at(-1));
  });

  it('tells a field without a default so', async () => {
    expect(await printed(explain, 'vms.*.memory.quota')).toBe(`vms.*.memory.quota
  meaning    Resident at most; over it the VM gives its own pages.
  unit       a size: a number with B, KiB, MiB, GiB, TiB, or KB, MB, GB, TB for powers of ten
  default    none: bounded by the host alone
`);
    expect(JSON.parse(await printed(explain, 'host.memory.size', '--json'))).toMatchObject([
      { absent: 'must be given' },
    ]);
  });

  it('is JSON where asked', async () => {
    expect(JSON.parse(await printed(explain, 'steal', '--json'))).toMatchObject([
      { path: 'costs.steal', unit: 'ns', default: 120 },
    ]);
  });

  it.each([
    [
      ['stealChek'],
      'PARAMETER: given "stealChek", expected a known parameter (did you mean "stealCheck"?); fluxhost explain lists them all',
    ],
    [
      ['zzz'],
      'PARAMETER: given "zzz", expected a known parameter (did you mean "zero", "zstd", "zipf"?); fluxhost explain lists them all',
    ],
    [
      ['orcleGeneral'],
      'PARAMETER: given "orcleGeneral", expected a known parameter (did you mean "oracleGeneral"?); fluxhost explain lists them all',
    ],
    [['a', 'b'], 'PARAMETER: given "a" "b", expected one parameter'],
    [['--jsn'], '--jsn: given an unknown option, expected one of (did you mean "--json"?): --json, --help'],
  ])('refuses %j', async (args, message) => {
    expect(await refusal(explain, args)).toBe(message);
  });

  it('takes a name of a VM, a number or brackets where the tables have a star', async () => {
    const paths = async (query: string): Promise<string[]> =>
      (JSON.parse(await printed(explain, query, '--json')) as { path: string }[]).map(({ path }) => path);
    for (const query of ['vms.api.slo', 'vms.0.slo', 'vms[].slo', 'vms[api].slo', 'api.slo'])
      expect(await paths(query), query).toEqual(['vms.*.slo.quantile', 'vms.*.slo.latency']);
    expect(await paths('vms.api.vcpus.min')).toEqual(['vms.*.vcpus.min']);
    expect(await paths('fleet.vms.trace.file')).toEqual(['fleet.vms.trace.file']); // no VM's name
    const arrivals = await printed(explain, 'vms.api.workload.arrivals');
    expect(arrivals).toMatch(/^vms\.\*\.workload\.arrivals: How the requests/);
    for (const field of ['onoff.onRate', 'poisson.rate', 'trace.file', 'closed.clients'])
      expect(arrivals).toContain(field);
    expect(await printed(explain, 'vms.api.workload.arrivals.poisson')).toContain('Exponential gaps at one rate.');
  });

  it("tells all that a path can mean, the scenario's first", async () => {
    const out = await printed(explain, 'arrivals.rate');
    const [scenario, fleet] = ['vms.*.workload.arrivals.poisson.rate\n', 'fleet.vms.generated.arrivals.rate\n'];
    expect(out.startsWith(scenario)).toBe(true);
    expect(out.indexOf(`\n${fleet}`)).toBeGreaterThan(0);
    expect(await printed(explain, 'mechanism.queueLength')).toContain('mechanism.hyperflux.queueLength\n');
  });

  it('knows the parts of an experiment, and no others', async () => {
    const part = await printed(explain, 'temponet/laws');
    expect(part).toContain('fluxhost reproduce temponet/laws --set PATH=VALUE changes');
    expect(part.split('\n\n').slice(1)).toEqual((await printed(explain, 'temponet')).split('\n\n').slice(1));
    await expect(printed(explain, 'temponet/host')).rejects.toThrow('"temponet/laws"');
  });

  it('tells what the formats of traces and the policies are, with a line to copy', async () => {
    expect(await printed(explain, 'oracleGeneral'))
      .toBe(`oracleGeneral: format of a trace of pages (fluxhost pages --format)
  meaning    libCacheSim's binary: little-endian records of 24 bytes, u32 time, u64 object, u32
             size, i64 next use; the object is the page.
  example    fluxhost pages TRACE --format oracleGeneral --policy lru,opt --capacity 10%
  more       docs/pages.md
`);
    const azure = await printed(explain, 'azure-2021');
    expect(azure).toContain('             end_timestamp (s): when it ended, from the start of the trace\n');
    expect(azure).toContain('azure-2021: format of a trace of functions (functions.trace.format)\n');
    // whatever a command or a file takes is explained
    for (const name of [...FORMATS.map((one) => one.name), ...POLICY_NAMES, ...FLEET_FORMATS, ...PLACEMENT_KINDS]) {
      const out = await printed(explain, name, '--json');
      expect(JSON.stringify(JSON.parse(out)).length, name).toBeGreaterThan(100);
    }
    expect(JSON.parse(await printed(explain, 'best-fit', '--json'))).toMatchObject([{ path: 'fleet.placement' }]);
  });

  it('has help', async () => {
    expect(await printed(explain, '--help')).toContain('Usage: fluxhost explain');
  });
});

describe('schema', () => {
  it('prints one JSON document', async () => {
    expect(JSON.parse(await printed(schema))).toMatchObject({ title: 'fluxhost scenario', type: 'object' });
    expect(JSON.parse(await printed(schema, 'scenario', '--json'))).toMatchObject({ title: 'fluxhost scenario' });
    expect(JSON.parse(await printed(schema, 'reserve'))).toMatchObject({ title: 'fluxhost reserve', type: 'object' });
    expect(JSON.parse(await printed(schema, 'pages'))).toMatchObject({ title: 'fluxhost pages result' });
    expect(JSON.parse(await printed(schema, 'result'))).toMatchObject({ title: 'fluxhost result', type: 'object' });
  });

  it.each([
    [['toString'], 'SCHEMA: given "toString", expected one of: scenario, result, fleet, reserve, pages'],
    [
      ['scenaro'],
      'SCHEMA: given "scenaro", expected one of (did you mean "scenario"?): scenario, result, fleet, reserve, pages',
    ],
    [['a', 'b'], 'SCHEMA: given "a" "b", expected one schema'],
    [['-x'], '-x: given an unknown option, expected one of: --json, --help'],
  ])('refuses %j', async (args, message) => {
    expect(await refusal(schema, args)).toBe(message);
  });

  it('has help', async () => {
    expect(await printed(schema, '-h')).toContain('Usage: fluxhost schema');
  });
});
