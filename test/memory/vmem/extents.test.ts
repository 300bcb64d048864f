// The extent allocator against a naive model: one owner a frame, kept as the frames are reported after each operation. What an
// operation may change is stated frame by frame; whether it is accepted follows from counting; the tables are checked each time.

import * as fc from 'fast-check';
import { beforeAll, expect, describe, it } from 'vitest';
import { REGION_GRANULES, type FrameLayout, VmemCore, type Source } from '../../../src/reserve/core.js';
import { type BuildName, BUILD_NAMES, buildOf } from './cores.js';

const VMS = 5;
type Owner = number | 'free' | 'isolated';
type Kind = 'shared' | 'pooled' | 'small';

type Op =
  | { op: 'add'; vm: number; granules: number; large: boolean; span: boolean }
  | { op: 'remove'; vm: number; share: number }
  | { op: 'poison'; at: number }
  | { op: 'upgrade'; damage: boolean };

const vm = fc.nat(VMS - 1);
// Sizes around what a region holds, where the cases are.
const granules = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.constantFrom(REGION_GRANULES, 2 * REGION_GRANULES, REGION_GRANULES - 1, REGION_GRANULES + 1),
  fc.integer({ min: 1, max: 1600 }),
);
const opArbitrary: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ op: fc.constant('add' as const), vm, granules, large: fc.boolean(), span: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('remove' as const), vm, share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('poison' as const), at: fc.double({ min: 0, max: 0.999, noNaN: true }) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('upgrade' as const), damage: fc.boolean() }) },
);
const layoutArbitrary = fc.record({
  kind: fc.constantFrom<Kind>('shared', 'pooled', 'small'),
  nodes: fc.integer({ min: 1, max: 2 }),
  granulesPerNode: fc.integer({ min: 1, max: 4 * REGION_GRANULES }),
  placement: fc.constantFrom('pack' as const, 'balance' as const),
});

const modules = new Map<BuildName, WebAssembly.Module>();

beforeAll(async () => {
  for (const name of BUILD_NAMES) modules.set(name, await buildOf(name));
});

function layoutOf(kind: Kind, nodes: number, granulesPerNode: number, placement: 'pack' | 'balance'): FrameLayout {
  const largeRegionsPerNode = kind === 'pooled' ? Math.floor(granulesPerNode / REGION_GRANULES / 2) : 0;
  return { nodes, granulesPerNode, largeRegionsPerNode, shared: kind === 'shared', vms: VMS, placement };
}

const ownersOf = (core: VmemCore): Owner[] => Array.from({ length: core.totalGranules }, (_, at) => core.ownerOf(at));

/** Room by counting frames, the way the allocator does not. */
function roomOf(owners: readonly Owner[], layout: FrameLayout, source: Source): number[] {
  return Array.from({ length: layout.nodes }, (_, node) => {
    let room = 0;
    for (let first = 0; first < layout.granulesPerNode; first += REGION_GRANULES) {
      const from = node * layout.granulesPerNode + first;
      const end = Math.min(from + REGION_GRANULES, (node + 1) * layout.granulesPerNode);
      const free = owners.slice(from, end).filter((owner) => owner === 'free').length;
      const forLarge = first / REGION_GRANULES < layout.largeRegionsPerNode;
      if (source === 'large') room += forLarge && free === REGION_GRANULES ? free : 0;
      else if (!forLarge || layout.shared) room += free;
    }
    return room;
  });
}

function count(owners: readonly Owner[], wanted: Owner): number {
  return owners.filter((owner) => owner === wanted).length;
}

/** Every frame whose owner changed, as `before>after` with how often. */
function changes(before: readonly Owner[], after: readonly Owner[]): Record<string, number> {
  const found: Record<string, number> = {};
  before.forEach((owner, at) => {
    if (owner === after[at]) return;
    const key = `${owner}>${after[at]!}`;
    found[key] = (found[key] ?? 0) + 1;
  });
  return found;
}

const without = (record: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value > 0));

/** Applies one operation and says what it must have changed. */
function step(core: VmemCore, layout: FrameLayout, kind: Kind, op: Op, before: readonly Owner[]): void {
  switch (op.op) {
    case 'add': {
      const source: Source = kind === 'shared' ? 'shared' : kind === 'pooled' && op.large ? 'large' : 'small';
      const wanted = source === 'large' ? Math.ceil(op.granules / REGION_GRANULES) * REGION_GRANULES : op.granules;
      const room = roomOf(before, layout, source);
      const fits = room.some((one) => one >= wanted) || (op.span && room.reduce((a, b) => a + b, 0) >= wanted);
      expect(core.add(op.vm, wanted, source, op.span)).toBe(fits);
      expect(changes(before, ownersOf(core))).toEqual(fits ? { [`free>${op.vm}`]: wanted } : {});
      return;
    }
    case 'remove': {
      const has = count(before, op.vm);
      // A pool of 1 GiB pages takes back whole pages only; its users ask for nothing else.
      const wanted = kind === 'pooled' ? has : Math.floor(has * op.share);
      core.remove(op.vm, wanted);
      expect(changes(before, ownersOf(core))).toEqual(without({ [`${op.vm}>free`]: wanted }));
      return;
    }
    case 'poison': {
      const at = Math.floor(op.at * core.totalGranules);
      const owner = before[at]!;
      const inNode = at % layout.granulesPerNode;
      const whole = !layout.shared && inNode < layout.largeRegionsPerNode * REGION_GRANULES;
      const lost = whole ? REGION_GRANULES : 1;
      const source: Source = whole ? 'large' : 'small';
      const room = roomOf(before, layout, source).reduce((a, b) => a + b, 0);
      const outcome = core.poison(at);
      const found = changes(before, ownersOf(core));
      if (owner === 'isolated') {
        expect([outcome, found]).toEqual(['known', {}]);
      } else if (owner === 'free') {
        expect([outcome, found]).toEqual(['free', { 'free>isolated': lost }]);
      } else {
        const replaced = room >= lost;
        expect([outcome, found]).toEqual([
          replaced ? 'replaced' : 'lost',
          { [`${owner}>isolated`]: lost, ...(replaced ? { [`free>${owner}`]: lost } : {}) },
        ]);
      }
      expect(core.ownerOf(at)).toBe('isolated');
      return;
    }
    case 'upgrade':
      core.transfer(op.damage);
      expect(core.switch()).toBe(!op.damage);
      expect(changes(before, ownersOf(core))).toEqual({});
  }
}

describe.each(BUILD_NAMES)('extents, %s build', (name) => {
  it('agrees with the naive model on any sequence of operations', async () => {
    await fc.assert(
      fc.asyncProperty(layoutArbitrary, fc.array(opArbitrary, { maxLength: 25 }), async (drawn, ops) => {
        const layout = layoutOf(drawn.kind, drawn.nodes, drawn.granulesPerNode, drawn.placement);
        const core = await VmemCore.create(layout, modules.get(name));
        let owners = ownersOf(core);
        expect(count(owners, 'free')).toBe(drawn.nodes * drawn.granulesPerNode);
        for (const op of ops) {
          step(core, layout, drawn.kind, op, owners);
          core.check();
          owners = ownersOf(core);
          expect(core.freeGranules).toBe(count(owners, 'free'));
          expect(core.poisonedGranules).toBe(count(owners, 'isolated'));
          for (let one = 0; one < VMS; one++) expect(core.granulesOf(one)).toBe(count(owners, one));
        }
      }),
      { numRuns: name === 'release' ? 120 : 60, seed: 20251113 },
    );
  });
});

describe('what is handed out', () => {
  const make = (kind: Kind, regions = 4, nodes = 1): Promise<VmemCore> =>
    VmemCore.create(layoutOf(kind, nodes, regions * REGION_GRANULES, 'pack'), modules.get('checked'));

  it('is whole gigabytes first, in one extent', async () => {
    const core = await make('shared');
    expect(core.add(0, 2 * REGION_GRANULES + 3, 'shared', false)).toBe(true);
    expect([core.regionsOf(0), core.granulesOf(0), core.extentsOf(0)]).toEqual([2, 2 * REGION_GRANULES + 3, 2]);
    expect(core.freeRegions).toBe(1);
    expect(core.largestFreeGranules).toBe(2 * REGION_GRANULES - 3);
  });

  it('keeps whole gigabytes whole: small VMs share one that is used already', async () => {
    const core = await make('shared');
    for (let vm = 0; vm < 4; vm++) core.add(vm, 100, 'shared', false);
    expect(core.freeRegions).toBe(3);
    core.remove(1, 100);
    // The hole of 100 fits better than the 112 at the end, though both do.
    core.add(4, 100, 'shared', false);
    expect(core.ownerOf(100)).toBe(4);
  });

  it('makes a gigabyte whole again when the last of it is returned', async () => {
    const core = await make('shared');
    core.add(0, 5, 'shared', false);
    core.add(1, 5, 'shared', false);
    core.remove(0, 5);
    expect(core.freeRegions).toBe(3);
    core.remove(1, 5);
    expect(core.freeRegions).toBe(4);
  });

  it('never crosses pools: a pool of 2 MiB pages full of holes has no 1 GiB page', async () => {
    const core = await make('pooled');
    expect(core.add(0, 3 * REGION_GRANULES, 'large', true)).toBe(false);
    expect(core.add(0, 2 * REGION_GRANULES, 'large', true)).toBe(true);
    expect(core.add(1, 2 * REGION_GRANULES, 'small', true)).toBe(true);
    expect(core.freeGranules).toBe(0);
  });

  it('spans nodes only where that is allowed', async () => {
    const core = await make('shared', 1, 2);
    expect(core.add(0, REGION_GRANULES + 1, 'shared', false)).toBe(false);
    expect(core.add(0, REGION_GRANULES + 1, 'shared', true)).toBe(true);
  });

  it('loses one granule to a memory error, and a pool of 1 GiB pages a whole page', async () => {
    const shared = await make('shared');
    shared.add(0, REGION_GRANULES, 'shared', false);
    expect(shared.poison(7)).toBe('replaced');
    expect([shared.poisonedGranules, shared.regionsOf(0), shared.granulesOf(0)]).toEqual([1, 0, REGION_GRANULES]);
    const pooled = await make('pooled');
    expect(pooled.poison(7)).toBe('free');
    expect(pooled.poisonedGranules).toBe(REGION_GRANULES);
    expect(pooled.poison(8)).toBe('known');
  });

  it('refuses what a caller must not ask', async () => {
    const core = await make('shared');
    expect(() => core.add(VMS, 1, 'shared', false)).toThrow(`VM ${VMS}: beyond the configured number`);
    expect(() => core.remove(0, 1)).toThrow('VM 0: cannot give back 1 granules, it has 0');
  });
});
