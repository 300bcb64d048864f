// `size`: its values are scenarios that were run, its answers are those of theory and of trying every value, its limits have names.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import {
  type MechanismInput,
  InputError,
  type Result,
  Simulation,
  compare,
  replicate,
  resolveScenario,
  size,
  withMechanism,
  type Scenario,
  type ScenarioInput,
} from '../../src/index.js';
import { sloSentence } from '../../src/report/compare-table.js';
import { reportOf } from '../../src/report/html/document.js';
import { renderSize, sizeDoubts } from '../../src/report/size-table.js';
import { ladderOf, parseFind } from '../../src/study/ladder.js';
import { sizeAll } from '../../src/study/size.js';
import { Study } from '../../src/study/study.js';
import { variantsOf } from '../../src/study/variant.js';
import { withFields, writtenForm } from '../../src/scenario/written.js';
import { captureIo } from '../cli/fake.js';
import { mmkTail } from '../support/queueing.js';
import { sample } from './sample.js';

const attained = async (scenario: Scenario): Promise<boolean> => {
  const simulation = await Simulation.create(scenario);
  await simulation.run();
  const held = simulation.metrics().vms.every((vm) => vm.slo === null || vm.slo.attained);
  simulation.close();
  return held;
};

/** On-off bursts beside a batch job, where caladan takes more cores for worse tails. */
const BURSTS = {
  version: 1,
  seed: 1,
  duration: '100ms',
  warmup: '10ms',
  mechanism: 'caladan',
  vms: [
    {
      name: 'api',
      vcpus: { min: 1, max: 7 },
      workload: {
        arrivals: { process: 'onoff', onRate: 4e5, offRate: 5e4, meanOn: '1ms', meanOff: '4ms' },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
      },
    },
    {
      name: 'batch',
      class: 'best-effort',
      vcpus: { min: 0, max: 7 },
      workload: {
        arrivals: { process: 'saturate', tasks: 16 },
        request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '100us' } }] },
      },
    },
  ],
} satisfies Omit<ScenarioInput, 'host'>;

describe('the answer', () => {
  it('is found where more cores do not help, and a longer range claims no more than what was run', async () => {
    const at = (cores: number, latency: string) =>
      resolveScenario({
        ...BURSTS,
        host: { cores },
        vms: [{ ...BURSTS.vms[0]!, slo: { quantile: 0.99, latency } }, BURSTS.vms[1]!],
      });
    const within = (await size(at(8, '81us'), { find: 'host.cores=4..11' })).runs[0]!;
    const cores = within.tried.map(({ value }) => value);
    expect(cores).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    const met: number[] = [];
    for (const one of cores) if (await attained(at(one, '81us'))) met.push(one);
    // the control: the greatest is not enough, and one below it is
    expect(met.at(-1)).toBeLessThan(11);
    expect(within.value).toBe(met[0]);
    expect(within.missedAbove).toContain(11);
    const none = await size(at(8, '81us'), { find: 'host.cores=10..11' });
    expect(none.runs[0]!.bound!.detail).toMatch(/^no host\.cores up to 11 is enough under caladan;/);
    const long = await size(at(8, '50us'), { find: 'host.cores=4..40' });
    expect(long.runs[0]).toMatchObject({ value: null, partial: true });
    const ran = long.runs[0]!.tried.length;
    expect(long.runs[0]!.bound!.detail).toContain(
      `none of the ${ran} values of host.cores up to 40 that were run is enough under caladan;`,
    );
    expect(renderSize(long)).toMatch(/least host\.cores found +met in/);
  });

  it('is the greatest load by Erlang C, where the most is asked for', async () => {
    const late = (rate: number): number => mmkTail(8, (rate * 1e-5) / 8, 10_000, 40_000);
    const rates = Array.from({ length: 30 }, (_, i) => 25_000 * (i + 1)).filter((rate) => rate < 800_000);
    const expected = rates.filter((rate) => late(rate) <= 0.05).at(-1)!;
    // both neighbours are far enough from the objective for a run of this length
    expect(late(expected)).toBeLessThan(0.048);
    expect(late(expected + 25_000)).toBeGreaterThan(0.055);
    const scenario = resolveScenario({
      version: 1,
      seed: 3,
      duration: '400ms',
      warmup: '20ms',
      host: { cores: 8 },
      mechanism: 'ideal',
      vms: [
        {
          name: 'a',
          vcpus: { min: 0, max: 8 },
          slo: { quantile: 0.95, latency: '40us' },
          workload: {
            arrivals: { process: 'poisson', rate: 100_000 },
            request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
          },
        },
      ],
    });
    const find = 'vms.a.workload.arrivals.rate=25000..775000:25000';
    const { most, runs } = await size(scenario, { find, most: true });
    expect(most).toBe(true);
    expect(runs[0]).toMatchObject({ value: expected, low: expected, high: expected, bound: null, missedAbove: [] });
    const tried = runs[0]!.tried.map(({ value }) => value);
    expect(tried).toEqual([...tried].sort((a, b) => a - b));
    expect(tried).toContain(expected + 25_000);
  });

  it('is the least number of servers by Erlang C', async () => {
    // 12 erlangs of 10 us: 60 us or less for 99.5 %
    const erlangs = 12;
    const mean = 10_000;
    const target = 60_000;
    const late = (k: number): number => mmkTail(k, erlangs / k, mean, target);
    let expected = erlangs + 1;
    while (late(expected) > 0.005) expected += 1;
    // both neighbours are far enough from the objective for a run of this length
    expect(late(expected)).toBeLessThan(0.0042);
    expect(late(expected - 1)).toBeGreaterThan(0.006);
    const input: ScenarioInput = {
      version: 1,
      seed: 5,
      duration: '400ms',
      warmup: '20ms',
      host: { cores: 40 },
      mechanism: 'ideal',
      vms: [
        {
          name: 'a',
          vcpus: { min: 0, max: 40 },
          slo: { quantile: 0.995, latency: `${target}ns` },
          workload: {
            arrivals: { process: 'poisson', rate: (erlangs * 1e9) / mean },
            request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: `${mean}ns` } }] },
          },
        },
      ],
    };
    const { runs } = await size(resolveScenario(input), { find: 'host.cores=13..40', replications: 3 });
    expect(runs).toMatchObject([
      { mechanism: 'ideal', value: expected, low: expected, high: expected, bound: null, missedAbove: [] },
    ]);
  });

  it('is what a run with that value confirms, and one less refutes', async () => {
    const scenario = sample();
    for (const kind of ['ideal', 'hyperflux'] as const) {
      const { runs } = await size(scenario, { find: 'host.cores', mechanisms: [kind] });
      const [{ value, set, tried }] = runs as [(typeof runs)[number]];
      const under = withMechanism(scenario, kind);
      expect(await attained(withFields(under, [set!]))).toBe(true);
      if (value! > tried[0]!.value) expect(await attained(withFields(under, [`host.cores=${value! - 1}`]))).toBe(false);
      const { sizing } = await compare(scenario, { mechanisms: [kind] });
      expect(sizing).toMatchObject([{ mechanism: kind, of: 'host.cores', cores: value }]);
    }
  });

  it('names what it tried, what is refused and what it is bound by', async () => {
    const scenario = sample({ guaranteed: 6 });
    const { runs } = await size(scenario, { find: 'host.cores=1..12', mechanisms: ['ideal'] });
    expect(runs[0]!.value).toBe(6);
    expect(runs[0]!.bound).toMatchObject({ by: 'guarantees' });
    expect(runs[0]!.tried.find(({ value }) => value === 5)).toMatchObject({
      of: 0,
      refused: expect.stringContaining('at most 5') as string,
    });
  });

  it('is the same where the range goes further than the checks take, and says where it was cut', async () => {
    const asked = { mechanisms: ['static' as const] };
    const [within] = (await size(sample(), { ...asked, find: 'vms.api.vcpus.min=1..10' })).runs;
    expect(within!.value).toBeGreaterThan(1);
    expect(within!.cut).toBeUndefined();
    // one too far, and so far that not every value is asked
    for (const high of [11, 5000]) {
      const result = await size(sample(), { ...asked, find: `vms.api.vcpus.min=1..${high}` });
      expect(result.runs).toMatchObject([{ value: within!.value, missedAbove: [], cut: { at: 10 } }]);
      expect(result.runs[0]!.cut!.refused).toContain('vcpus');
      expect(renderSize(result)).toMatch(/the range was cut at 10, the scenario's checks refuse more of it \(vms\./);
    }
    // the least value is refused, where the greatest is asked for
    const guaranteed = sample({ guaranteed: 6, target: '1s' });
    const most = await size(guaranteed, { find: 'host.cores=1..12', mechanisms: ['ideal'], most: true });
    expect(most.runs).toMatchObject([{ value: 12, cut: { at: 6 } }]);
  });

  it('says that no number of cores helps where the service alone is too long', async () => {
    const { runs } = await size(sample({ target: '2us' }), { find: 'host.cores' });
    expect(runs[0]).toMatchObject({ value: null, set: null, low: null, bound: { by: 'service' } });
    expect(runs[0]!.bound!.detail).toMatch(/no number of cores helps: .*p99 of api is [\d.]+ us, its target 2 us/);
  });

  it('is none where no request came to judge by, and so says compare', async () => {
    const { vms, ...rest } = sample();
    const [api, batch] = vms as [(typeof vms)[number], (typeof vms)[number]];
    // the first in about 100 s, of 20 ms
    const workload = { ...api.workload!, arrivals: { process: 'poisson' as const, rate: 0.01 } };
    const silent: Scenario = { ...rest, vms: [{ ...api, workload }, batch] };
    for (const objectives of [undefined, ['api.slo']]) {
      const { runs } = await size(silent, {
        find: 'host.cores=2..12',
        mechanisms: ['ideal'],
        ...(objectives === undefined ? {} : { objectives }),
      });
      expect(runs).toMatchObject([{ value: null, set: null, bound: { by: 'no-requests' } }]);
      expect(runs[0]!.bound!.detail).toMatch(/^no request of api came in the measured time/);
    }
    const [fixed] = (await size(silent, { find: 'host.cores=2..12', mechanisms: ['static'] })).runs;
    expect(fixed).toMatchObject({ value: null, bound: { by: 'no-requests' } });
    const compared = await compare(silent, { mechanisms: ['ideal', 'static'] });
    expect(compared.sizing!.map(({ cores, bound }) => [cores, bound?.by])).toEqual(
      Array(2).fill([null, 'no-requests']),
    );
    expect(sloSentence(compared)).toMatch(/no mechanism meets every SLO\. .*no request of api came/);
    const { sizing: _, ...without } = compared;
    expect(sloSentence(without)).toMatch(/no mechanism meets every SLO\. .*no request of api came/);
  });

  it('leaves an SLO without requests to the others, and says so; so does compare', async () => {
    const { vms, ...rest } = sample();
    const [api, batch] = vms as [(typeof vms)[number], (typeof vms)[number]];
    const workload = { ...api.workload!, arrivals: { process: 'poisson' as const, rate: 0.01 } };
    const quiet = { ...api, name: 'quiet', vcpus: { min: 1, max: 2 }, workload };
    const scenario: Scenario = { ...rest, vms: [api, batch, quiet] };
    for (const objectives of [[], ['api.slo', 'quiet.slo'], ['api.slo', 'quiet.latency.p99 < 1s']]) {
      const [run] = (await size(scenario, { find: 'host.cores=3..12', objectives })).runs;
      expect(run!.value).toBeGreaterThan(4);
      expect(run!.noData).toEqual([{ for: objectives[1] ?? 'quiet.slo', in: 1, of: 1 }]);
      expect(run!.warnings!.map(({ code, field }) => [code, field])).toContainEqual(['no-requests', 'quiet.slo']);
    }
    // none of its requests came, which is a figure
    const counted = await size(scenario, { find: 'host.cores=3..12', objectives: ['quiet.completed > 0'] });
    expect(counted.runs[0]).toMatchObject({ value: null, bound: { by: 'service' } });
    const result = await size(scenario, { find: 'host.cores=3..12' });
    expect(renderSize(result)).toMatch(
      /no request came to judge quiet\.slo by; it counts neither as met nor as missed/,
    );
    const compared = await compare(scenario, { mechanisms: ['ideal', 'static', 'cgroup'] });
    expect(compared.sizing!.map(({ cores }) => cores === null)).toEqual([false, false, false]);
    expect(sloSentence(compared)).toMatch(/no request of quiet came .* To meet the others, ideal needs \d+ cores/);
  });

  it('has the warnings of the run that it stands on, and a quiet one has none', async () => {
    const scenario = withFields(sample(), ['duration=2ms']);
    const result = await size(scenario, { find: 'host.cores' });
    const [{ set, warnings, support }] = result.runs as [(typeof result.runs)[number]];
    const simulation = await Simulation.create(withFields(scenario, [set!]));
    await simulation.run();
    expect(warnings).toEqual(simulation.metrics().warnings);
    expect(warnings!.map(({ code, field }) => [code, field])).toContainEqual(['few-samples', 'api.slo']);
    expect(support).toMatchObject({ 'api.latencyNs.p999': 'none' });
    expect(renderSize(result)).toMatch(
      /can this be trusted\?\n {2}few-samples api\.latencyNs\.p99: \d+ requests leave fewer than ten beyond p99, p99\.9/,
    );
    // and says the first of them where it says the number
    const judged = simulation.metrics().vms.find(({ name }) => name === 'api')!;
    const few = `judged by ${judged.completed + judged.dropped} requests, too few to rely on p99`;
    expect(renderSize(result)).toContain(`hyperflux: ${few}`);
    expect(reportOf(result)).toMatchObject({ good: null, verdict: expect.stringContaining(`(${few})`) as string });
    expect(sizeDoubts({ ...result.runs[0]!, few: {} }, result)).toEqual([]);
    simulation.close();
    // a value that is not enough has those of its last run, if that went to the end
    const none = await size(scenario, { find: 'host.cores=3..3', objectives: ['api.latency.p99 < 1us'] });
    expect(none.runs[0]).toMatchObject({ value: null, support: { 'api.latencyNs.p999': 'none' } });
    const only = { ...scenario, vms: scenario.vms.slice(0, 1) };
    const long = await size(withFields(only, ['duration=100ms']), { find: 'host.cores=10..12', mechanisms: ['ideal'] });
    expect(long.runs[0]).toMatchObject({ value: 10, warnings: [] });
    expect(reportOf(long)).toMatchObject({ good: true, verdict: 'ideal needs host.cores = 10.' });
    expect(renderSize(long)).toMatch(/can this be trusted\?\n {2}one-seed: [^\n]*\n$/);
    expect(renderSize({ ...long, replications: 2 })).toContain('nothing was found that speaks against it');
  });

  it('says how far from an assertion the work itself stays, and how far the last value', async () => {
    const objectives = ['api.latency.p99 < 2us'];
    const [least] = (await size(sample(), { find: 'host.cores', objectives })).runs;
    expect(least!.bound!.detail).toMatch(/no number of cores helps: .*api\.latency\.p99 is [\d.]+us/);
    const [early] = (await size(sample(), { find: 'host.cores=2..3', objectives: ['api.latency.p99 < 60us'] })).runs;
    expect(early).toMatchObject({ value: null, bound: { by: 'mechanism' } });
    const under = withFields(sample(), ['host.cores=3']);
    const simulation = await Simulation.create(under);
    await simulation.run();
    const { p99 } = simulation.metrics().vms[0]!.latencyNs;
    simulation.close();
    const told = /; at 3 .*api\.latency\.p99 is ([\d.]+)(us|ms)/.exec(early!.bound!.detail)!;
    expect(Number(told[1]) * (told[2] === 'us' ? 1e3 : 1e6)).toBeCloseTo(p99!, -2);
  });

  it('tells vcpus.max from a range that ends too early, and both from what the mechanism costs', async () => {
    const narrow = await size(sample({ most: 2, target: '60us' }), { find: 'host.cores' });
    expect(narrow.runs[0]!.bound).toMatchObject({ by: 'vcpus.max' });
    const early = await size(sample(), { find: 'host.cores=1..2', mechanisms: ['ideal'] });
    expect(early.runs[0]!.bound).toMatchObject({ by: 'range' });
    const slow = await size(sample(), { find: 'host.cores', mechanisms: [{ kind: 'hotplug', latency: '1s' }] });
    expect(slow.runs[0]!.bound).toMatchObject({ by: 'mechanism' });
  });

  it('sends who sizes the host under static to what static gives', async () => {
    const { runs } = await size(sample(), { find: 'host.cores', mechanisms: ['static'] });
    expect(runs[0]).toMatchObject({ value: null, bound: { by: 'guarantees' } });
    expect(runs[0]!.bound!.detail).toContain('--find vms.api.vcpus.min');
    const there = await size(sample(), { find: 'vms.api.vcpus.min=1..10', mechanisms: ['static'] });
    expect(there.runs[0]!.value).toBeGreaterThan(1);
  });

  it('has a row with its reason for a mechanism that is none beside others', async () => {
    const misspelt = { kind: 'hyperflux', sginal: 'oldest' } as unknown as MechanismInput;
    const { runs } = await size(sample(), { find: 'host.cores', mechanisms: [misspelt, 'ideal'] });
    expect(runs).toMatchObject([{ value: null, bound: { by: 'checks' }, tried: [] }, { mechanism: 'ideal' }]);
    expect(runs[0]!.bound!.detail).toMatch(/^mechanism\.sginal: given an unknown field/);
    expect(runs[1]!.value).toBeGreaterThan(1);
  });

  it('takes assertions, variants with settings and other fields than cores', async () => {
    const scenario = sample();
    const { runs, for: objectives } = await size(scenario, {
      find: 'vms.api.vcpus.max=1..12',
      objectives: ['api.latency.mean < 25us', 'api.slo'],
      mechanisms: ['hyperflux', { kind: 'hyperflux', signal: 'oldest' }],
    });
    expect(objectives).toEqual(['api.latency.mean < 25us', 'api.slo']);
    expect(runs.map(({ mechanism }) => mechanism)).toEqual(['hyperflux', 'hyperflux:signal=oldest']);
    for (const { value } of runs) expect(value).toBeGreaterThan(1);
  });
});

describe('an interruption', () => {
  it('keeps every value that has ended, and the least that was enough so far', async () => {
    const whole = await size(sample(), { find: 'host.cores', mechanisms: ['ideal'] });
    const [{ tried, value: least }] = whole.runs as [(typeof whole.runs)[number]];
    for (let most = 0; most < tried.length; most++) {
      const controller = new AbortController();
      let made = 0;
      const study = new Study({
        create: (scenario) => {
          if (made++ === most) controller.abort();
          return Simulation.create(scenario);
        },
        signal: controller.signal,
      });
      const question = {
        find: parseFind('host.cores'),
        objectives: [],
        variants: variantsOf(['ideal', 'static']),
        replications: 1,
      };
      const result = await sizeAll(study, sample(), question);
      expect(result.incomplete).toBe(true);
      const [run] = result.runs;
      expect(run?.tried.length ?? 0).toBe(most);
      if (run === undefined) continue;
      expect(tried.map(({ value }) => value)).toEqual(expect.arrayContaining(run.tried.map(({ value }) => value)));
      expect(run.incomplete).toBe(true);
      const enough = run.tried.filter(({ attainedIn }) => attainedIn === 1).map(({ value }) => value);
      expect(run.value).toBe(enough[0] ?? null);
      if (run.value !== null) expect(run.value).toBeGreaterThanOrEqual(least!);
      expect(renderSize(result)).toContain(run.value === null ? 'none so far' : `<= ${run.value}`);
    }
  });
});

describe('a mistake', () => {
  it.each([
    ['host.coresx=1..3', /coresx/],
    ['host.cores=3..1', /the least value first/],
    ['host.cores=1..2ms', /one unit/],
    ['vms.none.vcpus.min=1..2', /none/],
    ['host.cores=1..1e9', /at most/],
    ['host.cores==', /a field, or a field with a range/],
    ['vms.api.queueLimit', /a range as well/],
    ['vms.9.vcpus.min', /vms\.9\.vcpus\.min, expected a VM of the scenario: api, batch; or its number from 0 to 1/],
    ['vms.aip.vcpus.min', /did you mean "api"/],
    ['host.coers', /--find: given host\.coers, expected a known field \(did you mean "cores"\?\)/],
    ['host.cores=1us..2us', /^--find host\.cores=1990ns: host\.cores: given "1990ns"/],
  ])('of %s is named', async (find, message) => {
    const error: unknown = await size(sample(), { find }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toMatch(message);
  });

  it('of an objective, of no objective at all, and of replications is named', async () => {
    const scenario = sample();
    await expect(size(scenario, { find: 'host.cores', objectives: ['web.slo'] })).rejects.toThrow(
      /^--for "web.slo": .*"web"/,
    );
    const without = { ...scenario, vms: scenario.vms.map(({ slo: _, ...vm }) => vm) };
    await expect(size(without, { find: 'host.cores' })).rejects.toThrow(/--for: given nothing/);
    await expect(replicate(scenario, { replications: 0 })).rejects.toThrow(/from 1 to 1000/);
    await expect(compare(scenario, { mechanisms: [] })).rejects.toThrow(/one or more mechanisms/);
    // @ts-expect-error the types know the knobs of each kind
    const misspelt: MechanismInput = { kind: 'hyperflux', sginal: 'oldest' };
    await expect(compare(scenario, { mechanisms: [misspelt] })).rejects.toThrow(/sginal/);
  });
});

describe('ladders', () => {
  it('step as decimals, durations and sizes are meant', () => {
    const scenario = sample();
    const values = (text: string): string[] => {
      const ladder = ladderOf(scenario, parseFind(text));
      return Array.from({ length: ladder.count }, (_, i) => ladder.text(i));
    };
    expect(values('vms.api.x=0.1..0.5')).toEqual(['0.1', '0.2', '0.3', '0.4', '0.5']);
    expect(values('vms.api.slo.latency=10us..20us:5us')).toEqual(['10us', '15us', '20us']);
    expect(values('host.memory.size=1GiB..2GiB:512MiB')).toEqual(['1GiB', '1536MiB', '2GiB']);
    expect(values('host.cores=2..9:3')).toEqual(['2', '5', '8']);
  });
});

it('the command prints the answer with the command that shows it', async () => {
  const io = captureIo();
  const file = new URL('../../examples/burst.yaml', import.meta.url).pathname;
  const args = [
    '--find',
    'host.cores=16..18',
    '--set',
    'duration=20ms',
    '--set',
    'warmup=2ms',
    '--mechanisms',
    'ideal',
  ];
  expect(await main(['size', file, ...args], io)).toBe(0);
  expect(io.out).toMatch(/the least host\.cores for api\.slo, 1 seed/);
  expect(io.out).toMatch(/^ideal: fluxhost run .*burst\.yaml .*--set mechanism=ideal --set host\.cores=16$/m);
});

describe('what compare prints of cores', () => {
  const shared = (slo: string): Scenario =>
    resolveScenario({
      version: 1,
      seed: 4,
      duration: '60ms',
      warmup: '5ms',
      host: { cores: 8 },
      mechanism: 'cgroup',
      vms: [
        {
          name: 'api',
          vcpus: { min: 1, max: 8 },
          slo: { quantile: 0.99, latency: slo },
          workload: {
            arrivals: { process: 'poisson', rate: 2.5e5 },
            request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
          },
        },
      ],
    });

  it('is quotas under cgroup: enough as found, and one less is not', async () => {
    const scenario = shared('2ms');
    const { sizing } = await compare(scenario, { mechanisms: ['cgroup'] });
    expect(sizing).toMatchObject([{ mechanism: 'cgroup', of: 'quotas', searchedFrom: 1, searchedTo: 8 }]);
    const { cores } = sizing![0]!;
    expect(cores).toBeGreaterThan(2);
    expect(cores).toBeLessThan(8);
    expect(await attained(withFields(scenario, [`vms.api.quota=${cores}`]))).toBe(true);
    expect(await attained(withFields(scenario, [`vms.api.quota=${cores! - 1}`]))).toBe(false);
  });

  it('is guarantees under static: what it names attains every SLO, and a core less of either VM does not', async () => {
    const one = shared('60us');
    const [api] = one.vms as [(typeof one.vms)[number]];
    const workload = { ...api.workload!, arrivals: { process: 'poisson' as const, rate: 1e5 } };
    const two = { ...one, vms: [api, { ...api, name: 'db', vcpus: { min: 1, max: 3 }, workload }] };
    const { sizing } = await compare(two, { mechanisms: ['static'] });
    const [{ cores, set, of }] = sizing as [(typeof sizing & object)[number]];
    const values = set.filter((text) => text.includes('vcpus.min')).map((text) => Number(text.split('=')[1]));
    expect([of, values.reduce((sum, value) => sum + value, 0)]).toEqual(['guarantees', cores]);
    const under = withMechanism(two, 'static');
    expect(await attained(withFields(under, set))).toBe(true);
    for (const [i, { name }] of two.vms.entries()) {
      expect(values[i]).toBeGreaterThan(1);
      expect(await attained(withFields(under, [...set, `vms.${name}.vcpus.min=${values[i]! - 1}`]))).toBe(false);
    }
  });

  it('finds the same whatever mechanisms were asked before, in no more runs', async () => {
    const one = shared('60us');
    const alone = await Promise.all(
      (['ideal', 'hyperflux', 'static'] as const).map((kind) => compare(one, { mechanisms: [kind] })),
    );
    const { sizing } = await compare(one, { mechanisms: ['ideal', 'hyperflux', 'static'] });
    const sizes = alone.map(({ sizing: own }) => own![0]!);
    expect(sizing!.map(({ cores, set }) => [cores, set])).toEqual(sizes.map(({ cores, set }) => [cores, set]));
    const total = (list: readonly { readonly runs: number }[]): number => list.reduce((sum, { runs }) => sum + runs, 0);
    expect(total(sizing!)).toBeLessThanOrEqual(total(sizes));
  });

  it('asks for a greater host, and more vCPUs, only where guarantees do not fit', async () => {
    const small = withFields(shared('60us'), ['host.cores=2', 'vms.api.vcpus.max=2', 'mechanism=static']);
    const { sizing } = await compare(small, { mechanisms: ['static'] });
    const { cores, set } = sizing![0]!;
    expect(set).toEqual([`host.cores=${cores}`, `vms.api.vcpus.max=${cores}`, `vms.api.vcpus.min=${cores}`]);
    expect(await attained(withFields(small, set))).toBe(true);
    const roomy = await compare(shared('60us'), { mechanisms: ['static'] });
    expect(roomy.sizing![0]!.set).toEqual([`vms.api.vcpus.min=${cores}`]);
  });

  it('names what is in the way: the service itself, or the guarantees', async () => {
    const { sizing } = await compare(shared('20us'), { mechanisms: ['cgroup', 'hyperflux', 'static'] });
    expect(sizing!.map(({ cores, bound }) => [cores, bound?.by])).toEqual(Array(3).fill([null, 'service']));
    const roomy = withFields(shared('2ms'), ['vms.api.vcpus.min=7']);
    const held = await compare(roomy, { mechanisms: ['ideal'] });
    expect(held.sizing).toMatchObject([{ cores: 7, bound: { by: 'guarantees' } }]);
    const free = await compare(shared('2ms'), { mechanisms: ['ideal'] });
    expect(free.sizing![0]!.bound).toBeUndefined();
  });
});

it('the command that it prints prints the same figures, with all that was asked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-size-'));
  const file = join(folder, 'a b.json');
  writeFileSync(file, JSON.stringify(writtenForm(withFields(sample(), ['mechanism.signal=oldest']))));
  const asked = ['--set', 'vms.api.vcpus.max=9', '--seed', '5', '--replications', '2'];
  const output = async (args: readonly string[]): Promise<string> => {
    const io = captureIo();
    expect([args, await main(args, io), io.err]).toEqual([args, 0, '']);
    return io.out;
  };
  try {
    const found = await output([
      'size',
      file,
      ...asked,
      '--mechanisms',
      'hyperflux,hyperflux:signal=queue-length,ideal',
    ]);
    const commands = [...found.matchAll(/: fluxhost (run .*)/g)].map(([, line]) => line!);
    expect(commands).toHaveLength(3);
    for (const line of commands) {
      const args = line.match(/'[^']*'|\S+/g)!.map((word) => word.replaceAll("'", ''));
      const { manifest, replications } = JSON.parse(await output([...args, '--json'])) as Result;
      expect([manifest.seed, replications!.length]).toEqual([5, 2]);
      expect(replications!.every(({ figures }) => figures['api.slo.attained'] === 1)).toBe(true);
    }
    // the scenario's own setting stays where nobody asks for another
    expect(commands[0]).not.toContain('mechanism');
    expect(commands[1]).toContain('mechanism.signal="queue-length"');
    const swept = await output(['sweep', file, ...asked, '--vary', 'host.cores=8,9']);
    expect(swept).toContain(
      `fluxhost run '${file}' --set vms.api.vcpus.max=9 --set host.cores=8 --seed 5 --replications 2`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
