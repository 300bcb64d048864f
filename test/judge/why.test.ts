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
    await expect(whyAll({ window: WINDOW }, fixed)).rejects.toThrow(/no arbiter moved a core \(static\)/);
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
  });
});
