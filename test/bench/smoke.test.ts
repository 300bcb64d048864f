// Keeps the benchmarks from rotting: every case runs for a moment and its counts are right. Times are not looked at.
// The C program, the kernel alone and the simulator are three implementations of one M/M/16 that draw the same numbers: equal
// totals say that each of them is right, or all are wrong in the same way.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Totals {
  events: number;
  arrived: number;
  latencySum: string;
}

interface Run {
  completed: number;
  faults: number;
  touches: number;
  swapOuts: number;
}

interface Moves {
  events: number;
  completed: number;
  moves: number;
}

interface Smoke {
  figures: { name: string; unit: string }[];
  counts: {
    ideal: {
      skipped?: string;
      api: { events: number; arrived: number; latencyMeanNs: number };
      latencyCount: number;
      fingerprints: string[];
      kernel: Totals;
      kernelHashes: string[];
      anchor?: Totals;
      anchorHashes?: string[];
      simjs: { arrived: number; completed: number };
      simscript: { arrived: number; completed: number };
    };
    hyperflux: Moves & { fingerprints: string[]; skipped?: string; inC?: Moves };
    idleVms: Record<'alone' | 'among', { events: number; arrived: number; vms: number }>;
    microsecond: Record<'static' | 'hyperflux', { events: number; completed: number; fingerprint: string }>;
    mechanisms: Record<string, { events: number; completed: number; moves: number }>;
    manyVms: Record<string, { events: number; completed: number; vms: number }>;
    policy: { fingerprints: number; calls: number };
    fault: Record<'without' | 'resident' | 'faulting' | 'idealFaulting', Run> & {
      fingerprints: string[];
      skipped?: string;
      faultingInC?: Run;
      idealFaultingInC?: Run;
    };
    felt: {
      columns: string[];
      first: number;
      study: number;
      hosts: { events: number; grownBytes: number };
      vms: number;
    };
    datapath: { packets: number };
    gpu: { steps: number };
    tiers: Record<string, { hits: number; promotions: number; totalNs: number }>;
    pages: Record<string, number> & { skipped?: string };
    sweep: { rows: number; same: boolean };
    page: { skipped?: string; frames?: number };
    report: { skipped?: string; pictures?: number };
    footprint: { firstEvents: number[]; events: number; hostBytes: number };
  };
}

const FINGERPRINT = /^[0-9a-f]{16}$/;

describe('npm run bench -- --smoke', () => {
  let smoke: Smoke;
  beforeAll(() => {
    const args = ['bench/run.mjs', '--smoke', '--json'];
    const text = execFileSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'], // of a case that fails the error is told
    });
    smoke = JSON.parse(text) as Smoke;
  });

  test('runs every case', () => {
    expect(Object.keys(smoke.counts)).toEqual([
      'ideal',
      'hyperflux',
      'idleVms',
      'microsecond',
      'mechanisms',
      'manyVms',
      'policy',
      'fault',
      'footprint',
      'fork',
      'functions',
      'datapath',
      'gpu',
      'tiers',
      'pages',
      'felt',
      'sweep',
      'scale',
      'page',
      'report',
    ]);
    expect(smoke.figures.length).toBeGreaterThanOrEqual(19);
  });

  test('the built-in, the compiled and the called policy decide alike', () => {
    expect(smoke.counts.policy.fingerprints).toBe(1);
    expect(smoke.counts.policy.calls).toBeGreaterThan(1000);
  });

  test('the simulator and the kernel alone come to the same totals', () => {
    const { api, kernel, latencyCount, fingerprints } = smoke.counts.ideal;
    expect(api.events).toBe(kernel.events);
    expect(api.arrived).toBe(kernel.arrived);
    expect(String(Math.round(api.latencyMeanNs * latencyCount))).toBe(kernel.latencySum);
    expect(fingerprints).toEqual([expect.stringMatching(FINGERPRINT)]);
  });

  test('the C anchor comes to the same totals, or says that it was left out', () => {
    const { anchor, anchorHashes, kernel, kernelHashes, skipped } = smoke.counts.ideal;
    if (anchor === undefined) expect(skipped).toContain('no C compiler');
    else {
      expect(anchor).toEqual(kernel);
      expect(anchorHashes).toEqual(kernelHashes);
    }
  });

  test('the npm peers serve every request they are given', () => {
    const { simjs, simscript } = smoke.counts.ideal;
    expect(simjs).toMatchObject({ arrived: 2_000, completed: 2_000 });
    expect(simscript).toMatchObject({ arrived: 500, completed: 500 });
  });

  test('colocated VMs: cores move, turns repeat one trajectory', () => {
    const { events, completed, moves, fingerprints } = smoke.counts.hyperflux;
    expect(moves).toBeGreaterThan(100);
    expect(completed).toBeGreaterThan(1_000);
    expect(events).toBeGreaterThan(completed);
    expect(fingerprints).toEqual([expect.stringMatching(FINGERPRINT)]);
  });

  test('cores move in C as in the simulator, or it says that C was left out', () => {
    const { events, completed, moves, skipped, inC } = smoke.counts.hyperflux;
    if (inC === undefined) expect(skipped).toContain('no C compiler');
    else expect(inC).toEqual({ events, completed, moves });
  });

  test('idle VMs change neither events nor arrivals', () => {
    const { alone, among } = smoke.counts.idleVms;
    expect(alone.vms).toBe(100);
    expect(among.vms).toBe(10_000);
    expect(among.events).toBe(alone.events);
    expect(among.arrived).toBe(alone.arrived);
  });

  test('microsecond tasks complete under both mechanisms', () => {
    for (const { events, completed, fingerprint } of Object.values(smoke.counts.microsecond)) {
      expect(completed).toBeGreaterThan(7_000); // 8,000 arrive in 500 us
      expect(events).toBeGreaterThan(2 * completed);
      expect(fingerprint).toMatch(FINGERPRINT);
    }
  });

  test('every mechanism serves its scenario, and all but static move cores in it', () => {
    const { mechanisms } = smoke.counts;
    expect(Object.keys(mechanisms)).toHaveLength(11);
    for (const [name, { completed, moves }] of Object.entries(mechanisms)) {
      expect(completed, name).toBeGreaterThan(4_000);
      if (name.startsWith('static')) expect(moves).toBe(0);
      else expect(moves, name).toBeGreaterThan(name.startsWith('microvm') ? 10 : 50);
    }
  });

  test('what people wait for is run to its end', () => {
    const { felt } = smoke.counts;
    expect(felt.columns).toEqual(['ideal', 'hyperflux', 'hotplug', 'static']);
    expect(felt.first).toBeGreaterThan(200); // of 300 that arrive in a millisecond
    expect(felt.study).toBeGreaterThan(4_000); // of 6,000 in two runs
    expect(felt.hosts.events).toBeGreaterThan(20 * 400); // 400 requests a host
    expect(felt.hosts.grownBytes).toBe(0);
    expect(felt.vms).toBe(40);
  });

  test('a sweep prints the same on one worker and on two', () => {
    expect(smoke.counts.sweep).toEqual({ rows: 4, same: true });
  });

  test('the report of a comparison draws its pictures, or it says that there is no browser', () => {
    const { skipped, pictures } = smoke.counts.report;
    if (pictures === undefined) expect(skipped).toContain('no Chromium');
    else expect(pictures).toBeGreaterThanOrEqual(5);
  });

  test('256 cores play on the live page, or it says that there is no browser', () => {
    const { skipped, frames } = smoke.counts.page;
    if (frames === undefined) expect(skipped).toContain('no Chromium');
    else expect(frames).toBe(2);
  });

  test('one arbiter serves 5,000 VMs', () => {
    const { manyVms } = smoke.counts;
    expect(Object.values(manyVms).map(({ vms }) => vms)).toEqual([100, 5_000, 100, 5_000]);
    for (const { completed } of Object.values(manyVms)) expect(completed).toBeGreaterThan(50);
  });

  test('of three runs of the same requests only the one short of memory faults', () => {
    const { without, resident, faulting, fingerprints } = smoke.counts.fault;
    expect(without).toMatchObject({ faults: 0, touches: 0 });
    expect(resident).toMatchObject({ completed: without.completed, faults: 0, swapOuts: 0 });
    expect(resident.touches).toBeGreaterThan(7_000); // 2,000 requests of four
    expect(faulting.faults).toBeGreaterThan(500);
    expect(Math.abs(faulting.touches - resident.touches)).toBeLessThan(100); // but for those under way at the end
    expect(fingerprints).toEqual([expect.stringMatching(FINGERPRINT)]);
  });

  test('faults in C are those of the simulator', () => {
    const { skipped, faulting, faultingInC, idealFaulting, idealFaultingInC } = smoke.counts.fault;
    if (skipped !== undefined) return;
    expect(idealFaulting.faults).toBeGreaterThan(500);
    expect(idealFaulting.swapOuts).toBeGreaterThan(50);
    expect(faultingInC).toEqual(faulting);
    expect(idealFaultingInC).toEqual(idealFaulting);
  });

  test('a fresh process steps one event, and the long one runs to its end', () => {
    const { firstEvents, events, hostBytes } = smoke.counts.footprint;
    expect(firstEvents).toEqual([1]);
    expect(events).toBeGreaterThan(20_000);
    expect(hostBytes).toBeGreaterThan(1_000 * 16 * 64);
  });

  test('packets of a datapath come at their rate, and a GPU makes its steps', () => {
    const { datapath, gpu } = smoke.counts;
    // 6 ms at 2.1 GHz, a packet every 1,250 cycles; all but what is dropped for budget
    expect(datapath.packets).toBeGreaterThan(0.9 * 10_080);
    expect(datapath.packets).toBeLessThan(1.1 * 10_080);
    expect(gpu.steps).toBeGreaterThan(1000); // of 15 ms, in 86.4 s of which three quarters are busy
    expect(gpu.steps).toBeLessThan(86_400 / 14);
  });

  test('tiers move the same units in C, and no move is left out', () => {
    const { tiers } = smoke.counts;
    expect(tiers['count 1']!.promotions).toBeGreaterThan(1000);
    for (const after of [33, 1]) {
      const own = tiers[`count ${after}`]!;
      expect(own.hits).toBeGreaterThan(100_000);
      if (tiers['skipped'] === undefined) expect(own).toEqual(tiers[`C ${after}`]);
    }
  });

  test('no policy misses less than the optimal one, and C misses what the core does', () => {
    const { skipped, inC, requests, ...misses } = smoke.counts.pages;
    expect(requests).toBe(300_000);
    expect(Object.keys(misses)).toHaveLength(11);
    for (const count of Object.values(misses)) expect(count).toBeGreaterThanOrEqual(misses['opt']!);
    if (skipped === undefined) expect(inC).toBe(2); // which end with an error where they miss anything else
  });
});
