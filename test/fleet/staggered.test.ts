// VMs that replay one trace from instants of their own, against where the page says that each is.

import { describe, expect, it } from 'vitest';
import { fleet } from '../../src/fleet/api.js';
import { resolveFleet } from '../../src/fleet/parse.js';
import type { FleetInput } from '../../src/fleet/schema.js';
import { seedOf } from '../../src/fleet/work.js';
import { memoryHost } from '../../src/workload/text-source.js';
import { openTrace } from '../../src/workload/index.js';
import { LoopedTrace } from '../../src/workload/looped.js';

// 30 requests in a burst of a tenth of a second, of a second
const AT_MS = [...Array.from({ length: 30 }, (_, i) => 100 + 3 * i), 970];
const LENGTH_MS = 970 + 970 / 30;
const files = {
  'requests.csv': `arrival,service\n${AT_MS.map((ms) => `${ms * 1e6},1000\n`).join('')}`,
  'v.csv': `arrivalS,lifetimeS,cores,memoryGiB\n${'0,100,1,1\n'.repeat(8)}`,
};
const request = { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] };
const arrivals = { process: 'trace', file: 'requests.csv', format: 'csv' } as const;
const inputOf = (staggered: boolean, more: object = {}): FleetInput => ({
  version: 1,
  seed: 9,
  duration: '60s',
  hosts: [{ count: 4, cores: 8, memory: '16GiB' }],
  placement: 'worst-fit',
  fidelity: 'full',
  mechanism: 'ideal',
  costs: 'none',
  simulate: { windows: 5, length: '250ms', warmup: '50ms' },
  vms: {
    trace: { file: 'v.csv' },
    behaviour: { workload: { arrivals: { ...arrivals, ...more }, request } },
    ...(staggered ? { staggered } : {}),
  } as NonNullable<FleetInput['vms']>,
});

/** Requests of a VM in [from, to), in ms of the fleet. */
function requestsOf(vm: number, from: number, to: number): number {
  const lengthNs = Math.round(LENGTH_MS * 1e6);
  const own = Math.floor((seedOf(9, vm, 209) / 2 ** 53) * lengthNs);
  let count = 0;
  for (const at of AT_MS)
    for (let round = -2; round < 100; round++) {
      const ns = round * lengthNs + at * 1e6 - own;
      if (ns >= from * 1e6 && ns <= to * 1e6) count++;
    }
  return count;
}

describe('VMs with a trace of requests', () => {
  it('are where their own instant and the time of the fleet put them', async () => {
    const { classes, warnings } = await fleet(inputOf(true), { files });
    let all = 0;
    const each = new Set<number>();
    for (let vm = 0; vm < 8; vm++)
      for (let window = 0; window < 5; window++) {
        const from = 6000 + 12_000 * window - 125;
        const here = requestsOf(vm, from, from + 250);
        each.add(here);
        all += here;
      }
    expect(classes[0]).toMatchObject({ vms: 40, arrived: all });
    expect(each.size).toBeGreaterThan(5);
    expect(warnings).toEqual([]);
  });

  it('burst in step otherwise, of which a warning tells the way out', async () => {
    const { classes, warnings } = await fleet(inputOf(false), { files });
    const within = AT_MS.filter((ms) => ms >= 50 && ms <= 300).length;
    expect(classes[0]).toMatchObject({ vms: 40, arrived: 40 * within });
    expect(warnings.map(({ code }) => code)).toEqual(['same-rows']);
    expect(warnings[0]!.detail).toContain('vms.staggered: true');
  });

  it('begin anywhere in a trace, before its begin too, and say where that means nothing', async () => {
    const trace = new LoopedTrace(openTrace({ file: 'requests.csv', format: 'csv' }, memoryHost(files)));
    const lengthNs = Math.round(LENGTH_MS * 1e6);
    const first = async (sinceNs: number): Promise<number> => {
      for await (const { atNs } of trace.from({ share: 0, sinceNs })) return atNs[0]!;
      return NaN;
    };
    expect([await first(0), await first(100e6), await first(100e6 + 1)]).toEqual([100e6, 0, 3e6 - 1]);
    expect([await first(-5e6), await first(lengthNs), await first(971e6)]).toEqual([105e6, 100e6, lengthNs - 871e6]);
    expect(() => resolveFleet(inputOf(true, { resample: '100ms' }))).toThrow(/resample/);
    const poisson = { ...inputOf(true), duration: '1s', simulate: { length: '1ms', warmup: '0ns' } } as FleetInput;
    const workload = { arrivals: { process: 'poisson', rate: 1000 }, request };
    const { warnings } = await fleet(
      { ...poisson, vms: { ...poisson.vms, behaviour: { workload } as never } },
      { files },
    );
    expect(warnings.map(({ code }) => code)).toEqual(['no-trace']);
  });
});
