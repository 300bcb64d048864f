// A naive model beside the engine: one task after the other, one worker, arrays instead of linked records, written from the
// rules in docs/model/memory.md. Both must count the same to the last swap-in, nanosecond and byte.

import { describe, it, expect } from 'vitest';
import { Simulation, memoryHost } from '../../../src/index.js';
import { memoryOf } from '../../../src/swap/result.js';
import { ENTRY_NS, FINISH_NS, small } from './support.js';

const PAGES = 48;
const FRAMES = 32;
const UNIT = 4096;
const KEPT = 16;
const SERVICE = 5003;
const IN = 517;
const OUT = 6421;
const UNMAP = 300;
const END = 3_000_000;

interface Marks {
  readonly high: number;
  readonly low: number;
  readonly min: number;
}

type State = 'in' | 'out' | 'coming' | 'going' | 'rescued';

class Naive {
  readonly state: State[] = new Array<State>(PAGES).fill('in');
  readonly used: boolean[] = new Array<boolean>(PAGES).fill(false);
  /** Hot to cold, each oldest first. */
  order: number[][];
  touched = false;
  free = (FRAMES - PAGES) * UNIT;
  reclaiming = false;
  leaving = 0;
  /** The fault, from its touch on: it takes its frame at once where there is one. */
  fault: { page: number; since: number; hasFrame: boolean; queued: boolean; owes: boolean; had: boolean } | undefined;
  busy = false;
  exitUntil = 0;
  events: { at: number; rank: number; sequence: number; act: (at: number) => void }[] = [];
  sequence = 0;
  position = 0;
  completed = 0;
  faults = 0;
  rescued = 0;
  swapIns = 0;
  swapOuts = 0;
  direct = 0;
  latencyNs = 0;

  constructor(
    readonly trace: readonly number[],
    readonly marks: Marks,
    readonly levels: number,
    readonly scanEvery: number,
  ) {
    this.order = Array.from({ length: levels }, () => []);
    const target = Math.max(this.bytes(marks.high), UNIT);
    for (let page = PAGES - 1; page >= 0 && this.free < target; page--) {
      this.state[page] = 'out';
      this.free += UNIT - KEPT;
    }
    for (let page = PAGES - 1; page >= 0; page--) if (this.state[page] === 'in') this.order.at(-1)!.push(page);
  }

  bytes(share: number): number {
    return Math.ceil(FRAMES * UNIT * share - 0.001);
  }

  at(time: number, rank: number, act: (at: number) => void): void {
    this.events.push({ at: time, rank, sequence: this.sequence++, act });
  }

  take(bytes: number): void {
    this.free -= bytes;
    if (this.free >= this.bytes(this.marks.high)) this.reclaiming = false;
    else if (this.free < this.bytes(this.marks.low)) this.reclaiming = true;
  }

  takeFrame(): void {
    const { fault } = this;
    if (fault === undefined || fault.hasFrame || this.free < UNIT) return;
    this.take(UNIT);
    fault.hasFrame = true;
    fault.owes = !fault.had && this.free < this.bytes(this.marks.min);
  }

  /** The oldest page of the coldest level that was not used since it was looked at; those that were go to level 0. */
  victim(): number | undefined {
    const spared: number[] = [];
    let found: number | undefined;
    for (const level of this.order.toReversed())
      while (found === undefined && level.length > 0) {
        const page = level.shift()!;
        if (!this.used[page]) found = page;
        else spared.push(page);
      }
    for (const page of spared) this.used[page] = false;
    this.order[0]!.push(...spared);
    return found ?? this.order[0]!.shift();
  }

  scan(at: number): void {
    this.at(at + this.scanEvery, 13, (next) => this.scan(next));
    if (!this.touched) return;
    this.touched = false;
    const next: number[][] = this.order.map(() => []);
    const inUse: number[] = [];
    for (let level = this.levels - 1; level >= 0; level--)
      for (const page of this.order[level]!) {
        (this.used[page] ? inUse : next[Math.min(level + 1, this.levels - 1)]!).push(page);
        this.used[page] = false;
      }
    next[0]!.push(...inUse);
    this.order = next;
    this.pump(at);
  }

  start(now: number): void {
    this.at(Math.max(now, this.exitUntil), 6, (at) => this.touch(at, this.trace[this.position % this.trace.length]!));
  }

  finishAt(time: number): void {
    this.at(time, 1, (at) => {
      this.completed++;
      this.position++;
      this.start(at);
    });
  }

  touch(now: number, page: number): void {
    const state = this.state[page];
    this.touched = true;
    if (state === 'in' || state === 'rescued') {
      this.used[page] = true;
      this.finishAt(now + SERVICE);
      return;
    }
    this.faults++;
    if (state === 'going') {
      this.rescued++;
      this.state[page] = 'rescued';
      this.used[page] = true;
      this.finishAt(now + ENTRY_NS + SERVICE);
      return;
    }
    this.state[page] = 'coming';
    this.fault = { page, since: now, hasFrame: false, queued: false, owes: false, had: false };
    this.takeFrame();
    this.exitUntil = now + ENTRY_NS;
    const { fault } = this;
    this.at(this.exitUntil, 4, (at) => {
      fault.queued = true;
      this.pump(at);
    });
    // background work would leave the only worker to this fault
  }

  /** A page is unmapped and written. */
  swapOut(now: number, page: number, isBackground: boolean): void {
    this.state[page] = 'going';
    if (isBackground) this.leaving += UNIT - KEPT;
    this.busy = true;
    this.at(now + UNMAP + OUT, 3, (at) => {
      this.busy = false;
      if (isBackground) this.leaving -= UNIT - KEPT;
      if (this.state[page] === 'rescued') {
        this.state[page] = 'in';
        this.order[0]!.push(page);
      } else {
        this.state[page] = 'out';
        this.swapOuts++;
        this.take(KEPT - UNIT);
        if (!isBackground) Object.assign(this.fault!, { had: true, owes: false });
        this.takeFrame();
      }
      this.pump(at);
    });
  }

  /** What the worker does next. */
  pump(now: number): void {
    if (this.busy) return;
    const { fault } = this;
    if (fault?.queued === true) {
      const victim = !fault.hasFrame || fault.owes ? this.victim() : undefined;
      if (victim !== undefined) {
        this.direct++;
        this.swapOut(now, victim, false);
      } else if (fault.hasFrame) this.swapIn(now, fault);
      return;
    }
    if (this.reclaiming && this.free + this.leaving < this.bytes(this.marks.high)) {
      const victim = this.victim();
      if (victim !== undefined) this.swapOut(now, victim, true);
    }
  }

  swapIn(now: number, fault: { page: number; since: number }): void {
    this.fault = undefined;
    this.busy = true;
    this.at(now + IN + FINISH_NS, 3, (at) => {
      this.busy = false;
      this.take(-KEPT);
      this.state[fault.page] = 'in';
      this.used[fault.page] = false;
      this.order.at(-1)!.push(fault.page);
      this.swapIns++;
      this.latencyNs += at - fault.since;
      this.finishAt(at + SERVICE);
      this.pump(at);
    });
  }

  run(): void {
    this.start(0);
    this.at(this.scanEvery, 13, (at) => this.scan(at));
    for (;;) {
      this.events.sort((a, b) => a.at - b.at || a.rank - b.rank || a.sequence - b.sequence);
      const event = this.events[0];
      if (event === undefined || event.at > END) return;
      this.events.shift();
      event.act(event.at);
    }
  }
}

/** Page numbers that look random and are the same everywhere; low ones come more often. */
function tracePages(seed: number): number[] {
  let x = seed * 2_654_435_761 + 12_345;
  const draw = (below: number): number => {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((x / 2 ** 32) * below);
  };
  return Array.from({ length: 997 }, () => (draw(3) > 0 ? draw(20) : draw(PAGES)));
}

describe('the naive model', () => {
  it.each([
    [1, { high: 0.2, low: 0.1, min: 0.05 }, 1, 3_600_000_000_000],
    [2, { high: 0.2, low: 0.1, min: 0.05 }, 1, 100_000],
    [3, { high: 0.1, low: 0.08, min: 0.07 }, 2, 100_000],
    [4, { high: 0, low: 0, min: 0 }, 4, 70_000],
    [5, { high: 0.5, low: 0.45, min: 0.4 }, 3, 200_000],
    [6, { high: 0.3, low: 0.02, min: 0.02 }, 16, 30_000],
  ] as const)(
    'counts as the engine does, seed %d, watermarks %o, %d levels',
    async (seed, marks, levels, scanEvery) => {
      const trace = tracePages(seed);
      const model = new Naive(trace, marks, levels, scanEvery);
      model.run();
      const input = small({
        memory: {
          size: `${FRAMES * 4}KiB`,
          workers: 1,
          levels,
          content: { zero: 1 },
          scan: { interval: `${scanEvery}ns` },
          watermarks: marks,
          backends: {
            zero: { in: { dist: 'constant', value: `${IN}ns` }, out: { dist: 'constant', value: `${OUT}ns` } },
          },
        },
        guest: { size: `${PAGES * 4}KiB`, writes: 0, access: { pattern: 'trace', file: 'pages.txt' } },
        arrivals: {
          arrivals: { process: 'saturate', tasks: 1 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: `${SERVICE}ns` } }] },
        },
        rest: { duration: `${END}ns` },
      });
      const simulation = await Simulation.create(
        { ...input, host: { ...input.host, cores: 1 }, vms: [{ ...input.vms[0]!, vcpus: { min: 1, max: 1 } }] },
        { files: memoryHost({ 'pages.txt': `${trace.join('\n')}\n` }) },
      );
      await simulation.run();
      const result = simulation.metrics();
      const memory = memoryOf(result)!;
      expect({
        completed: result.vms[0]!.completed,
        faults: memory.faults,
        rescued: memory.rescued,
        swapIns: memory.swapIns,
        swapOuts: memory.swapOuts,
        direct: memory.directReclaims,
        latencyNs: Math.round((memory.swapInNs.mean ?? 0) * memory.swapInNs.count),
        freeBytes: memory.freeBytes,
      }).toEqual({
        completed: model.completed,
        faults: model.faults,
        rescued: model.rescued,
        swapIns: model.swapIns,
        swapOuts: model.swapOuts,
        direct: model.direct,
        latencyNs: model.latencyNs,
        freeBytes: model.free,
      });
      expect(memory.swapIns).toBeGreaterThan(30);
    },
  );
});
