// `lifecycle` and `functions` of a scenario: defaults, short forms, what is refused and in which words.

import { describe, expect, it } from 'vitest';
import { checkScenario } from '../../src/scenario/resolve.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { writtenForm } from '../../src/scenario/written.js';
import { linesOf } from '../scenario/sample.js';

const HEAD = 'version: 1\nduration: 1h\nhost: { cores: 64 }\nmechanism: ideal\n';
const TRACE = 'functions: { trace: { file: calls.csv, format: azure-2021, table: functions.csv } }\n';
const MADE = 'functions: { count: 10, rate: 200, memory: 128MiB, service: 10ms }\n';

const resolved = (text: string) => parseScenario(HEAD + text).scenario;
const refused = (text: string): string[] => linesOf(HEAD + text).map((line) => line.replace(/^s\.yaml:/, ''));

describe('lifecycle and functions', () => {
  it('fill what is left out; VMs may be absent', () => {
    const { lifecycle, functions, vms } = resolved(TRACE);
    expect(vms).toEqual([]);
    expect(lifecycle).toEqual({
      memoryBytes: null,
      keepAlive: { policy: 'fixed', timeNs: 600e9, from: 'end' },
      overflow: { kind: 'drop', timeoutNs: 0 },
      order: ['active', 'dormant', 'restore', 'vm', 'full'],
      boot: { slots: 0, ratePerSecondPerCore: 0 },
      evict: 'asNeeded',
      snapshots: 'none',
      tier: { activeNs: 0, dormantNs: 13_000, restoreNs: 11e6, vmBootNs: 1_370_000 },
      attestNs: 300e6,
      runtimeInitNs: 500e6,
      proactive: false,
      vertical: false,
    });
    expect(functions).toEqual({
      trace: { file: 'calls.csv', format: 'azure-2021', table: 'functions.csv', timeScale: 1, serviceScale: 1 },
      confidential: 0,
      vertical: false,
      vcpus: 1,
      concurrency: 1,
      memoryPerRequest: 0,
    });
  });

  it.each([
    ['{ count: 1, rate: 1, memory: 1MiB, service: 1ms, concurrency: 4 }', 4, 4, 0.1],
    ['{ count: 1, rate: 1, memory: 1MiB, service: 1ms, vcpus: 4 }', 4, 1, 0],
    ['{ count: 1, rate: 1, memory: 1MiB, service: 1ms, vertical: true }', 16, 16, 0.1],
    ['{ count: 1, rate: 1, memory: 1MiB, service: 1ms, vertical: true, vcpus: 8 }', 8, 8, 0.1],
    ['{ count: 1, rate: 1, memory: 1MiB, service: 1ms, vertical: true, concurrency: 2, memoryPerRequest: 0 }', 2, 2, 0],
  ])('%s: %i vCPUs, %i requests at once', (text, vcpus, concurrency, memoryPerRequest) => {
    expect(resolved(`functions: ${text}\n`).functions).toMatchObject({ vcpus, concurrency, memoryPerRequest });
  });

  it.each([
    ['{ policy: fixed, from: start }', { policy: 'fixed', timeNs: 600e9, from: 'start' }],
    ['{ policy: lru }', { policy: 'lru' }],
    ['{ policy: gd }', { policy: 'gd', frequency: 'function' }],
    ['{ policy: hist, rules: faascache }', { policy: 'hist', rules: 'faascache' }],
    ['{ policy: pool, instances: 3 }', { policy: 'pool', instances: 3 }],
    ['{ policy: policy }', { policy: 'policy' }],
  ])('keepAlive: %s', (text, keepAlive) => {
    expect(resolved(`lifecycle: { keepAlive: ${text} }\n${TRACE}`).lifecycle?.keepAlive).toEqual(keepAlive);
  });

  it.each([
    TRACE,
    MADE,
    'lifecycle: { memory: 3GB, overflow: { timeout: 10s }, boot: { slots: 4, rate: 5 }, attest: 1s, tier: { vmBoot: 125ms } }\n' +
      'functions: { count: 9, rate: 2.5, memory: { dist: uniform, min: 64MiB, max: 1GB }, init: { dist: exponential, mean: 0.1s }, service: 1ms, confidential: 0.5 }\n',
    'lifecycle: { overflow: queue, snapshots: onExpiry, evict: asFaasCache, order: [full, active], proactive: true, runtimeInit: 0ns }\n' +
      'functions: { rate: 2, zipf: 0, service: 1ms, configurations: { file: a.csv, format: ibm-code-engine, day: 3 }, vertical: true }\n',
    'functions: { trace: { file: a, format: azure-2019, durations: d, memory: m, functions: [x, y], minutes: 5, spread: even, timeScale: 0.5 } }\n',
    'functions: { trace: { file: a, format: azure-2021, table: t, start: first, limit: 5, seed: 3 } }\n',
  ])('are written back as they would be read: %s', (text) => {
    const scenario = resolved(text);
    expect(checkScenario(writtenForm(scenario)).scenario).toEqual(scenario);
  });
});

describe('refused', () => {
  it('is a scenario of neither VMs nor functions, and a lifecycle of none', () => {
    expect(refused('')).toEqual(['1: vms: given nothing, expected a list of at least one VM']);
    expect(refused('vms: []\n')).toEqual(['5: vms: given [], expected a list of at least one VM']);
    expect(refused('lifecycle: { evict: asNeeded }\nvms: [{ name: a, vcpus: { min: 0, max: 1 } }]\n')).toEqual([
      '1: functions: given nothing, expected functions whose VMs come and go (lifecycle says how they do)',
    ]);
  });

  it('is everything at once', () => {
    const written =
      'lifecycle: { memory: 0B, attest: 1s, order: [active, dormant], tier: { bogus: 1s }, keepAlive: { policy: foo } }\n' +
      'functions: { trace: { file: a, format: azure-2021 }, rate: 2, concurrency: 4, vcpus: 2, vertical: true }\n';
    expect(refused(written)).toEqual([
      '5: lifecycle.memory: given "0B", expected a size above 0 with a unit, such as 64MiB',
      '5: lifecycle.keepAlive.policy: given "foo", expected one of: fixed, lru, gd, hist, pool, policy',
      '5: lifecycle.order: given ["active","dormant"], expected a list of tiers, each once, full among them, of: active, dormant, restore, vm, full',
      '5: lifecycle.tier.bogus: given an unknown field, expected a known field: active, dormant, restore, vmBoot',
      '5: lifecycle.attest: given "1s", expected nothing: no function is confidential (functions.confidential: a share above 0 makes some so)',
      '6: functions.trace.table: given nothing, expected the file of functions, func,memoryMiB,initMs (the trace of 2021 tells no memory)',
      '6: functions.rate: given 2, expected nothing: functions.trace says where functions come from',
      '6: functions.concurrency: given 4, expected functions.vcpus (2): with vertical a VM takes as many requests as it has vCPUs',
    ]);
  });

  it.each([
    ['order: [active, warm, full]', 'lifecycle.order.1: given "warm", expected one of: active, dormant'],
    ['order: [full, full]', 'lifecycle.order: given ["full","full"], expected a list of tiers, each once'],
    ['overflow: wait', 'lifecycle.overflow: given "wait", expected drop, queue, or a mapping { timeout }'],
    ['overflow: { timeout: 0s }', 'lifecycle.overflow.timeout: given "0s", expected a duration above 0'],
    ['boot: { slots: 0 }', 'lifecycle.boot.slots: given 0, expected a whole number from 1 to 65536'],
    ['boot: { rate: 0 }', 'lifecycle.boot.rate: given 0, expected a number of arrivals per second above 0'],
    [
      'keepAlive: { policy: lru, time: 1s }',
      'lifecycle.keepAlive.time: given an unknown field, expected a field of lru (time is of fixed: --set',
    ],
    ['keepAlive: lru', 'lifecycle.keepAlive: given "lru", expected a mapping with the field policy'],
    ['runtimeInit: -1ms', 'lifecycle.runtimeInit: given "-1ms", expected a duration with a unit'],
  ])('%s', (field, line) => {
    const lines = refused(`lifecycle: { ${field} }\n${MADE}`);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(line);
  });

  it.each([
    ['{}', ['functions.rate', 'functions.service', 'functions.count', 'functions.memory']],
    ['{ count: 0, rate: 1, memory: 1MiB, service: 1ms }', ['functions.count']],
    ['{ count: 1, rate: 1, memory: 0B, service: 0ns }', ['functions.memory']],
    ['{ count: 1, rate: 1, memory: 64, service: 1ms }', ['functions.memory']],
    ['{ count: 1, rate: 1, memory: 1MiB, service: 1ms, confidential: 2 }', ['functions.confidential']],
    [
      '{ rate: 1, memory: 1MiB, service: 1ms, configurations: { file: a, format: ibm-code-engine } }',
      ['functions.memory'],
    ],
    ['{ trace: { file: a, format: azure-2019 } }', ['functions.trace.durations', 'functions.trace.memory']],
    [
      '{ trace: { file: a, format: azure-2021, table: t, minutes: 3, durations: d } }',
      ['functions.trace.durations', 'functions.trace.minutes'],
    ],
    ['{ trace: { file: a, format: azure-2019, durations: d, memory: m, table: t } }', ['functions.trace.memory']],
    ['{ trace: { file: a, format: azure-2020 } }', ['functions.trace.format']],
  ])('functions: %s', (text, fields) => {
    expect(refused(`functions: ${text}\n`).map((line) => line.split(': ')[1])).toEqual(fields);
  });
});
