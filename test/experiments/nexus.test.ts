// `fluxhost reproduce nexus`: what its arithmetic says at the defaults, what a dear operation does to density, and what is refused.

import { beforeAll, describe, expect, it } from 'vitest';
import type { Claim } from '../../src/experiments/experiment.js';
import { requestsOf } from '../../src/experiments/nexus/host.js';
import { NEXUS_PARAMETERS } from '../../src/experiments/nexus/parameters.js';
import { settingsOf } from '../../src/experiments/parameters.js';
import { heldNumbers } from './claim-numbers.js';
import { printed, refused } from './reproduced.js';

interface Point {
  readonly transport: string;
  readonly workers: number;
  readonly opUs: number;
  readonly functions: number;
  readonly misses: number | null;
}
interface Document {
  readonly parameters: Record<string, unknown>;
  readonly claims: { id: string; verdict: string; ours: string; command: string }[];
  readonly figures: {
    idle: Record<string, Record<string, number>>;
    node: Record<'guest' | 'nexus', Record<string, number>> & { lostAfterAck: number; lostBefore: number };
    density: { guest: Record<string, number>; nexus: Point[] };
  };
  readonly laws: Record<string, Record<string, number>>;
}

const QUICK = ['duration=40s', 'precision=0.1', 'opCosts=20,5000', 'workerCounts=1,2,8'];

describe('where nothing is kept', () => {
  it('every call is cold, and no warm one has a time', async () => {
    const small = ['duration=5s', 'functions=20', 'precision=0.5', 'opCosts=20', 'workerCounts=2'];
    const { figures } = await printed<Document>('nexus', 'keepAlive=0', ...small);
    expect(figures.node.guest['warmMs']).toBeNull();
    expect(figures.node.guest['coldMs']).toBeGreaterThan(100);
    expect(await refused('nexus', 'duration=1s', 'rate=1e-6')).toMatch(/duration: given 1, expected long enough/);
  });
});

describe('reproduce nexus', () => {
  let document: Document;
  beforeAll(async () => {
    document = await printed<Document>('nexus', ...QUICK);
  });

  it('has the idle host of N1, and the bounds of N3 and N4', () => {
    const { guestColdMs, guestWarmMs, nexusColdMs, nexusWarmMs } = document.laws['N1']!;
    expect([guestColdMs, guestWarmMs, nexusColdMs]).toEqual([156, 101, 91]);
    expect(nexusWarmMs).toBeCloseTo(79.02, 9); // an operation of 20 us
    expect(document.laws['N3']!['memoryBinds']).toBeCloseTo(1.449, 3);
    expect(document.laws['N4']!['needed']).toBeCloseTo(3.9);
    expect(document.laws['N4']!['coldOverWarm']).toBeLessThan(3.9);
  });

  it('says which restore both savings of latency would need, by the formulas of N1', () => {
    const { ours } = document.claims.find(({ id }) => id === 'cold-latency')!;
    const [, compute, restore] = /computations of ([\d.]+) ms and a restore of ([\d.]+) ms$/.exec(ours)!.map(Number);
    const [fetch, write, respond, connect, op] = [18, 22, 1, 25, 0.02];
    const guest = fetch + compute! + write + respond;
    const nexus = fetch + op + compute! + respond;
    expect(1 - nexus / guest).toBeCloseTo(0.39, 2);
    expect(1 - (restore! + compute! + respond) / (restore! + connect + guest)).toBeCloseTo(0.1, 3);
  });

  it('finds numbers of functions that were run, and misses close above them', () => {
    for (const { functions, misses } of document.figures.density.nexus) {
      expect(misses!).toBeGreaterThan(functions);
      expect(misses! - functions).toBeLessThanOrEqual(Math.max(1, 0.1 * functions));
    }
  });

  it('finds the shares of the fabric again in what the node saves', () => {
    const { guest, nexus, lostAfterAck } = document.figures.node;
    expect(nexus['cpuPerRequestMs']! / guest['cpuPerRequestMs']!).toBeCloseTo(0.5, 1);
    expect(nexus['meanMemoryMiB']! / guest['meanMemoryMiB']!).toBeLessThan(0.78);
    expect(nexus['meanMemoryMiB']! / guest['meanMemoryMiB']!).toBeGreaterThan(0.68);
    expect(lostAfterAck).toBeGreaterThan(0);
    expect(document.figures.node.lostBefore).toBe(0);
  });

  it('has one knee over the workers of the backend, by how dear an operation is', () => {
    for (const transport of ['tcp', 'rdma']) {
      const at = (workers: number, opUs: number): number =>
        document.figures.density.nexus.find(
          (p) => p.transport === transport && p.workers === workers && p.opUs === opUs,
        )!.functions;
      expect(at(1, 20)).toBeGreaterThan(at(8, 20)); // one worker is enough, more take cores
      expect(at(2, 5000)).toBeGreaterThan(1.5 * at(1, 5000)); // one is not
      expect(at(2, 5000)).toBeGreaterThan(at(8, 5000));
    }
  });

  it('has in numbers what its claims say in words', () => {
    expect(heldNumbers(document.claims as unknown as Claim[])).toEqual([
      'node-cpu',
      'node-memory',
      'density-tcp',
      'density-rdma',
      'warm-latency',
      'cold-latency',
    ]);
  });

  it('judges every claim, and says with which parameters', () => {
    const verdicts = Object.fromEntries(document.claims.map(({ id, verdict }) => [id, verdict]));
    expect(verdicts).toMatchObject({
      'node-cpu': 'reachable',
      'node-memory': 'reachable',
      'density-rdma': 'reachable',
      'warm-latency': 'reachable',
      'cold-latency': 'not reached',
    });
    for (const { command } of document.claims) expect(command).toContain('--set duration=40s');
    expect(document.parameters).toMatchObject({ duration: 40, workers: 2, 'rdma.fetch': 6 });
  });

  it('loses nothing where outputs are written before the answer', async () => {
    const { figures } = await printed<Document>('nexus', ...QUICK, 'writeback=before', 'workerCounts=2', 'opCosts=20');
    expect(figures.node.lostAfterAck).toBe(0);
    expect(figures.idle['tcp']!['nexusWarmMs']).toBeCloseTo(79.02 + 22.02, 9);
  });

  it('reaches the shares of the node over what the abstract allows alone', async () => {
    const verdictsOf = async (...set: string[]): Promise<Record<string, string>> => {
      const { claims } = await printed<Document>('nexus', ...QUICK, 'workerCounts=2', 'opCosts=20', ...set);
      return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
    };
    // twice 10 ms of the backend leave less than 44 % of half
    expect(await verdictsOf('opCost=10000')).toMatchObject({ 'node-cpu': 'not reached', 'node-memory': 'reachable' });
    // an instance that goes soon after its request holds its memory for a shorter time with Nexus, whatever the fabric is
    expect(await verdictsOf('keepAlive=0.05')).toMatchObject({ 'node-cpu': 'reachable', 'node-memory': 'not reached' });
    expect(document.claims.find(({ id }) => id === 'node-memory')!.ours).toMatch(/savings of 2\d\.\d % to 99\.\d %/);
  });

  it('tells a wrong field and two that do not fit together at once', async () => {
    expect(await refused('nexus', 'fabricMemory=1', 'workers=0')).toMatch(/fabricMemory.*\n.*workers: given 0/);
    expect(await refused('nexus', 'host.cores=x', 'workers=20')).not.toContain('workers');
    expect(await refused('nanvix', 'sysKeep=1ms', 'functionsPerTenant=0')).toMatch(/functionsPerTenant.*\n.*sysKeep/);
    expect(await refused('provisioning', 'tiers=active,dormant', 'policies=foo', 'budgets=0')).toMatch(
      /policies.*\n.*tiers.*\n.*budgets/,
    );
  });

  it('refuses what cannot be', async () => {
    expect(await refused('nexus', 'fabricMemory=1')).toContain(
      'fabricMemory: given "1", expected a number from 0 to 0.99',
    );
    expect(await refused('nexus', 'fabricCpu=-0.1', 'restore=-1')).toMatch(/fabricCpu.*\n.*restore/);
    expect(await refused('nexus', 'workers=0')).toContain('workers: given 0, expected at least 1');
    expect(await refused('nexus', 'workers=16')).toContain('fewer than host.cores (16)');
    expect(await refused('nexus', 'writeback=never')).toContain('expected one of');
    expect(await refused('nexus', 'memory=128GiB')).toMatch(/memory/);
    expect(await refused('nexus', 'rate=10000')).toContain(
      'duration: given 90, expected at most 300000 calls in one run',
    );
  });
});

describe('payloads', () => {
  const of = (...set: string[]) =>
    requestsOf(settingsOf('nexus', NEXUS_PARAMETERS, ['duration=200s', ...set]), 'tcp', 50);

  it('add their size over the bandwidth, and shift nothing else', () => {
    const [none, some] = [of(), of('payload.input=1048576', 'payload.cv=0', 'payload.bandwidth=1')];
    expect(new Set(none.fetch)).toEqual(new Set([18e6]));
    // 2^20 bytes at 1 Gbit/s
    expect(new Set(some.fetch)).toEqual(new Set([18e6 + 8_388_608]));
    expect({ ...some, fetch: none.fetch }).toEqual(none);
  });

  it('vary as is said', () => {
    const { write } = of('payload.output=2097152', 'payload.cv=0.5', 'payload.bandwidth=2');
    const sizes = [...write].map((ns) => ns - 22e6);
    const mean = sizes.reduce((a, b) => a + b, 0) / sizes.length;
    const deviation = Math.sqrt(sizes.reduce((sum, ns) => sum + (ns - mean) ** 2, 0) / sizes.length);
    expect(sizes.length).toBeGreaterThan(1500);
    expect(Math.abs(mean / 8_388_608 - 1)).toBeLessThan((4 * 0.5) / Math.sqrt(sizes.length));
    expect(Math.abs(deviation / mean - 0.5)).toBeLessThan(0.08);
  });
});
