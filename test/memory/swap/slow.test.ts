// A slow tier of memory as a place where pages go: workers move them, nothing of them is kept, and who touches one waits for the move.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../src/index.js';
import { ENTRY_NS, FINISH_NS, run, small } from './support.js';

const TIMES = { in: { dist: 'constant', value: '5250ns' }, out: { dist: 'constant', value: '5us' } } as const;

describe('a slow tier', () => {
  it('keeps nothing but metadata in fast memory, and no device is written', async () => {
    const { memory } = await run(small({ memory: { content: { slow: 1 } } }));
    const { slow, ...others } = memory.backends;
    expect(others).toEqual({});
    expect(slow!.swapIns).toBeGreaterThan(100);
    expect(memory.swapIns).toBe(slow!.swapIns);
    expect(memory.swapOuts).toBe(slow!.swapOuts);
    expect(memory.storedBytes).toBe(16 * slow!.outPages);
    expect(memory.writebacks + memory.cleanDrops).toBe(0);
  });

  it('takes exit and lock, the slow access with the move, map and resume', async () => {
    const { memory } = await run(
      small({
        memory: { content: { slow: 1 }, watermarks: { high: 0.2, low: 0.15, min: 0 } },
        arrivals: {
          arrivals: { process: 'saturate', tasks: 1 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '5us' } }] },
        },
      }),
    );
    expect(memory.swapIns).toBeGreaterThan(50);
    expect(memory.swapInNs.min).toBe(ENTRY_NS + 5250 + FINISH_NS);
    expect(memory.swapInNs.p50).toBe(memory.swapInNs.min);
  });

  it('is what pages of zeros are that take as long: who touches what, and when, is the same', async () => {
    const of = async (name: 'slow' | 'zero') => {
      const { result, memory } = await run(small({ memory: { content: { [name]: 1 }, backends: { [name]: TIMES } } }));
      const { backends, ...rest } = memory;
      return [backends[name], rest, result.vms[0]!.latencyNs, result.vms[0]!.cpuSeconds] as const;
    };
    expect(await of('slow')).toEqual(await of('zero'));
  });

  it('beside another backend has its share of the pages', async () => {
    const { memory } = await run(
      small({ memory: { content: { lz4: 0.4, slow: 0.6 } }, guest: { access: { pattern: 'scan', cold: 0 } } }),
    );
    const { lz4, slow } = memory.backends;
    expect(slow!.swapIns / (slow!.swapIns + lz4!.swapIns)).toBeGreaterThan(0.5);
    expect(slow!.swapIns / (slow!.swapIns + lz4!.swapIns)).toBeLessThan(0.7);
  });
});

describe('examples/tiered-memory.yaml', () => {
  const text = readFileSync(new URL('../../../examples/tiered-memory.yaml', import.meta.url), 'utf8');
  const of = async (...set: string[]) => {
    const { result, memory } = await run(parseScenario(text, { set: ['duration=40ms', ...set] }).scenario);
    return { store: result.vms.find(({ name }) => name === 'store')!, result, memory };
  };

  it('moves pages and cores in one run; the store meets its objective where cores move', async () => {
    const tiered = await of();
    expect(tiered.memory.backends['slow']!.swapIns).toBeGreaterThan(20);
    expect(tiered.memory.backends['slow']!.swapOuts).toBeGreaterThan(20);
    expect(tiered.store.grants).toBeGreaterThan(20);
    expect(tiered.memory.stallNs.count).toBeGreaterThan(20);
    expect((await of('host.memory.size=112MiB')).memory.faults).toBe(0);
    // what the pages take is little beside what cores that do not move take
    const still = await of('mechanism=static');
    expect(still.memory.backends['slow']!.swapIns).toBeGreaterThan(10);
    expect([tiered, still].map(({ store }) => store.slo!.attained)).toEqual([true, false]);
  });
});
