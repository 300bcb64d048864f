// `why`: forks that are told to decide otherwise go where a run goes whose policy decides otherwise at that instant from the start, made by
// hand and without a fork; what it costs is bounded and said; and the timeline has a slice for each decision.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { BY_RULE, InputError, type Policy, Simulation, type ScenarioInput, why } from '../../src/index.js';
import { Histogram } from '../../src/metrics/histogram.js';
import { tailOf, whyAll, type WhyDecision, type WhyResult } from '../../src/judge/why.js';
import { captureIo } from '../cli/fake.js';
import { prepared } from '../cpu/by-hand.js';

const job = (name: string) => ({
  name,
  class: 'best-effort' as const,
  vcpus: { min: 1, max: 8 },
  workload: {
    arrivals: { process: 'saturate' as const, tasks: 16 },
    request: { stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean: '150us' } }] },
  },
});

const scenario = (): ScenarioInput => ({
  version: 1,
  seed: 5,
  duration: '5ms',
  warmup: '1ms',
  host: { cores: 13 },
  mechanism: { kind: 'hyperflux', signal: 'policy' },
  vms: [
    {
      name: 'api',
      vcpus: { min: 2, max: 10 },
      slo: { quantile: 0.9, latency: '60us' },
      workload: {
        arrivals: { process: 'onoff', onRate: 6e5, offRate: 5e4, meanOn: '1ms', meanOff: '1ms' },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
      },
    },
    job('one'),
    job('two'),
  ],
});

/** One core a round at most, so that each decision is a round of its own. */
const policy: Policy = {
  coresWanted: (view, vm) => (view.oldestDelayNs(vm) < 10_000 || view.coresComing(vm) > 0 ? 0 : 1),
  victim: () => BY_RULE,
};

const WINDOW = { fromNs: 2e6, untilNs: 4e6 };
const HORIZON_NS = 300_000;
const create = (own: Policy = policy) => Simulation.create(scenario(), { policy: own });

/** The tail of `api` in the horizon behind an instant, and best-effort work up to its end, of a run from its start. */
async function byHand({ atNs, events }: WhyDecision, own: Policy) {
  const simulation = await create(own);
  await simulation.step(events);
  const before = simulation.latencies(0);
  await simulation.runUntil(atNs + HORIZON_NS);
  const ended = simulation.latencies(0).since(before);
  const { vms } = simulation.metrics();
  simulation.close();
  return { ended, workNs: (vms[1]!.cpuSeconds.task + vms[2]!.cpuSeconds.task) * 1e9 };
}

describe('why', () => {
  let found: WhyResult;
  beforeAll(async () => void (found = await whyAll({ window: WINDOW, horizonNs: HORIZON_NS, atMost: 12 }, create)));

  it('agrees with runs whose policy decides otherwise at that instant', async () => {
    expect(found.decisions.length).toBeGreaterThan(5);
    const kinds = new Set<string>();
    for (const decision of found.decisions.filter((_, i) => i % 3 === 0)) {
      const { atNs, alternatives } = decision;
      const own = ['api', 'one', 'two'].indexOf(decision.vm);
      const now = (view: { nowNs: number }, vm: number): boolean => view.nowNs === atNs && vm === own;
      const rule = policy.coresWanted!;
      const wanting = (cores: number): Policy => ({
        ...policy,
        coresWanted: (view, vm) => (now(view, vm) ? cores : rule(view, vm)),
      });
      const others: Record<string, Policy> = {
        'no move': wanting(0),
        'one core more': wanting(2),
        victim: {
          ...policy,
          victim: (view, vm) => (now(view, vm) ? (decision.from === 'one' ? 2 : 1) : BY_RULE),
        },
      };
      const actual = await byHand(decision, policy);
      const ways = await Promise.all(alternatives.map(({ what }) => byHand(decision, others[what]!)));
      const most = Math.max(...[actual, ...ways].map(({ ended }) => ended.count));
      expect(decision.tailNs).toBe(tailOf(actual.ended, 0.9, most, HORIZON_NS));
      alternatives.forEach(({ what, from, tailNs, gainNs, bestEffortNs }, i) => {
        kinds.add(what);
        expect(tailNs, `${what} at ${atNs}`).toBe(tailOf(ways[i]!.ended, 0.9, most, HORIZON_NS));
        expect(gainNs).toBe(decision.tailNs - tailNs);
        expect(bestEffortNs).toBe(Math.round(ways[i]!.workNs - actual.workNs));
        expect(from).toBe(what === 'victim' ? (decision.from === 'one' ? 'two' : 'one') : null);
      });
      expect(decision.regretNs).toBe(Math.max(0, ...alternatives.map(({ gainNs }) => gainNs)));
    }
    expect([...kinds].sort()).toEqual(['no move', 'one core more', 'victim']);
  });

  /** The default steps of these take up to seconds. */
  const SOON = {
    hotplug: { latency: '50us', unplugLatency: '50us', idleBefore: '100us', interval: '100us' },
    ditto: { interval: '200us' },
    microvm: { boot: '50us', restore: '20us', keepAlive: '200us' },
  };
  const ARBITERS = ['caladan', 'shenango', 'blind', 'microvm', 'ditto', 'hotplug'] as const;

  it.each(ARBITERS)('under %s agrees with forks made by hand, which do what they say', async (kind) => {
    const knobs = kind in SOON ? SOON[kind as keyof typeof SOON] : {};
    const { vms, ...rest } = scenario();
    // microVMs are never taken from a service: there must be idle cores
    const some = kind === 'microvm' ? vms.map((vm, i) => (i === 0 ? vm : { ...vm, vcpus: { min: 1, max: 2 } })) : vms;
    const input: ScenarioInput = { ...rest, vms: some, mechanism: { kind, ...knobs } };
    const make = () => Simulation.create(input);
    const { decisions, found } = await whyAll({ window: WINDOW, horizonNs: HORIZON_NS, atMost: 3 }, make);
    expect([found, decisions.length]).toEqual([expect.any(Number), Math.min(3, decisions.length)]);
    const base = await make();
    const nameOf = (vm: number): string | null => (vm < 0 ? null : base.look().vms[vm]!.name);
    for (const { atNs, events, nth, core, vm, from, tailNs, alternatives } of decisions) {
      if (events > base.events) await base.step(events - base.events);
      const gone = async (how?: Parameters<typeof base.decisions.overrule>[0]) => {
        const fork = await base.fork();
        const { count } = fork.decisions;
        if (how !== undefined) fork.decisions.overrule(how, nth);
        await fork.step();
        const [before, told, look] = [base.latencies(0), fork.decisions.since(count), fork.look()];
        await fork.runUntil(atNs + HORIZON_NS);
        const ended = fork.latencies(0).since(before);
        const work = fork.metrics().vms.reduce((sum, one, i) => sum + (i === 0 ? 0 : one.cpuSeconds.task * 1e9), 0);
        fork.close();
        return { told, look, ended, work };
      };
      const names = (base.look().vms as readonly { name: string }[]).map(({ name }) => name);
      const own = names.indexOf(vm);
      const actual = await gone();
      expect({ ...actual.told[nth - 1]! }).toEqual({ core, vm: own, from: from === null ? -1 : names.indexOf(from) });
      const ways = await Promise.all(
        alternatives.map(({ what, from: other }) =>
          gone(what === 'no move' ? 'deny' : what === 'victim' ? { victim: names.indexOf(other!) } : 'more'),
        ),
      );
      const most = Math.max(...[actual, ...ways].map(({ ended }) => ended.count));
      expect(tailNs).toBe(tailOf(actual.ended, 0.9, most, HORIZON_NS));
      alternatives.forEach(({ what, from: other, tailNs: tail, bestEffortNs }, i) => {
        const { told, look, ended, work } = ways[i]!;
        expect(told.slice(0, nth - 1)).toEqual(actual.told.slice(0, nth - 1));
        const behind = told.slice(nth - 1);
        if (what === 'no move') {
          expect(behind.filter((one) => one.vm === own)).toEqual([]);
          expect([look.cores[core]!.vm, look.cores[core]!.target]).not.toContain(own);
        } else if (what === 'victim') expect([behind[0]!.vm, nameOf(behind[0]!.from)]).toEqual([own, other]);
        else expect(behind.slice(0, 2).map((one) => one.vm)).toEqual([own, own]);
        expect(tail).toBe(tailOf(ended, 0.9, most, HORIZON_NS));
        expect(bestEffortNs).toBe(Math.round(work - actual.work));
      });
    }
    base.close();
    expect(decisions.flatMap(({ alternatives }) => alternatives).length).toBeGreaterThan(decisions.length - 1);
  });

  // one rank: `a` and `b` run a long task each and get another one; `job` runs on the two cores that are left, which they may take
  it.each(['hyperflux', 'caladan', 'shenango'] as const)(
    'under %s denies one VM and no other of its rank',
    async (kind) => {
      const vcpus = { min: 1, max: 2 };
      const long = 50_000_000;
      const simulation = await prepared({
        duration: '40ms',
        cores: 5, // one polls
        mechanism: kind,
        vms: [
          {
            name: 'a',
            vcpus,
            arrivals: [
              [0, long],
              [1_000_000, long],
            ],
          },
          {
            name: 'b',
            vcpus,
            arrivals: [
              [0, long],
              [1_000_000, long],
            ],
          },
          {
            name: 'job',
            class: 'best-effort',
            vcpus: { min: 0, max: 2 },
            arrivals: [
              [0, long],
              [1, long],
            ],
          },
        ],
      });
      await simulation.runUntil(900_000);
      const { count } = simulation.decisions;
      const fork = await simulation.fork();
      await simulation.runUntil(1_900_000);
      const both = simulation.decisions.since(count).slice(0, 2);
      expect(both.map(({ vm, from }) => [vm, from])).toEqual([
        [0, 2],
        [1, 2],
      ]);
      fork.decisions.overrule('deny', 1);
      while (fork.decisions.count === count && fork.nowNs < 1_900_000) await fork.step();
      expect(fork.decisions.overruled).toBe(true);
      expect(fork.decisions.since(count).map(({ vm, from }) => [vm, from])[0]).toEqual([1, 2]);
      expect(fork.nowNs).toBeLessThan(1_300_000);
      simulation.close();
      fork.close();
    },
  );

  it('says of each mechanism without an arbiter why there is nothing to ask', async () => {
    for (const [kind, why] of [
      ['ideal', 'at no cost'],
      ['cgroup', 'sweep the quota'],
    ] as const)
      await expect(
        whyAll({ window: WINDOW }, () => Simulation.create({ ...scenario(), mechanism: kind })),
      ).rejects.toThrow(why);
    await expect(
      whyAll({ window: { fromNs: 2e6, untilNs: 2.0001e6 } }, () =>
        Simulation.create({ ...scenario(), mechanism: { kind: 'hotplug', interval: '1s' } }),
      ),
    ).rejects.toThrow('--window: given one in which the arbiter of hotplug gave no core away');
  });

  it('says what it has tried, and tries no more than it was asked', async () => {
    const few = await whyAll({ window: WINDOW, horizonNs: HORIZON_NS, atMost: 3 }, create);
    expect(few.found).toBe(found.found);
    expect(few.every).toBe(Math.ceil(few.found / 3));
    expect(few.decisions.length).toBeLessThanOrEqual(3);
    // one for what happened, one for each way, those that could not be done among them
    const ways = few.decisions.reduce((sum, { alternatives }) => sum + 1 + alternatives.length, 0);
    expect(few.forks).toBeGreaterThanOrEqual(ways);
    expect(few.forks).toBeLessThanOrEqual(few.decisions.length * 6);
    const all = new Map(found.decisions.map((one) => [one.events, one]));
    for (const one of few.decisions) if (all.has(one.events)) expect(one).toEqual(all.get(one.events));
  });

  it('counts what has not ended as later than all that has', () => {
    const ended = Histogram.create(7);
    for (let value = 1; value <= 100; value++) ended.record(value);
    expect(tailOf(ended, 0.9, 100, 1000)).toBe(90);
    expect(tailOf(ended, 0.9, 110, 1000)).toBe(99);
    expect(tailOf(ended, 0.9, 120, 1000)).toBe(1000);
    expect(tailOf(Histogram.create(7), 0.9, 0, 1000)).toBe(0);
  });

  it('is the same in a program; refuses a window of the warm-up, and a host in which nobody decides', async () => {
    await expect(whyAll({ window: { fromNs: 0, untilNs: 1e6 } }, create)).rejects.toBeInstanceOf(InputError);
    const whole = await why(scenario(), { ...WINDOW, horizonNs: HORIZON_NS, atMost: 3, policy });
    expect(whole).toEqual(await whyAll({ window: WINDOW, horizonNs: HORIZON_NS, atMost: 3 }, create));
    const fixed = () => Simulation.create({ ...scenario(), mechanism: 'static' });
    await expect(whyAll({ window: WINDOW }, fixed)).rejects.toThrow(
      /mechanism: given static, under which no arbiter moves a core: .* expected one that decides: .*hyperflux/,
    );
  });
});

describe('the command', () => {
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'fluxhost-why-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('prints a table and a document, and colours a timeline', async () => {
    const [yaml, trace] = [join(folder, 's.json'), join(folder, 'why.pftrace')];
    writeFileSync(yaml, JSON.stringify({ ...scenario(), mechanism: 'hyperflux' }));
    const args = ['why', yaml, '--window', '2ms..3ms', '--horizon', '300us', '--at-most', '4'];
    const io = captureIo();
    expect(await main([...args, '--json', '--timeline', trace], io), io.err).toBe(0);
    const { decisions, found, every } = JSON.parse(io.out) as WhyResult;
    const text = captureIo();
    expect(await main(args, text), text.err).toBe(0);
    expect(text.out).toContain(`${decisions.length} of ${found}, one of ${every} decisions tried`);
    // the rows in the order of the instants are the decisions, each to be told from the next
    const instants = [...text.out.matchAll(/^ *(\d+\.\d{3,6}) ms +core/gm)].map(([, ms]) =>
      Math.round(Number(ms) * 1e6),
    );
    const atNs = [...new Set(decisions.map((one) => one.atNs))];
    expect(new Set(instants).size).toBe(atNs.length);
    for (const at of atNs) expect(instants.some((one) => Math.abs(one - at) <= 500)).toBe(true);
    expect(text.out).toMatch(/^2\.000\d* ms to 3\.000\d* ms: /);
    const bytes = readFileSync(trace, 'latin1');
    expect(bytes).toContain('regret of decisions');
    expect(bytes).toMatch(/no regret|regret (below|from) \d+ us/);
    const refused = captureIo();
    expect(await main(['why', yaml, '--window', '9s..10s', '--horizon', '1ms'], refused)).toBe(2);
    expect(refused.err).toContain('--window: given "9s..10s"');
    const undecided = captureIo();
    expect(await main(['why', yaml, '--set', 'mechanism=ideal'], undecided)).toBe(2);
    expect(undecided.err).toContain('mechanism: given ideal, under which no arbiter moves a core');
  });
});
