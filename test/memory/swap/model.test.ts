// A naive model beside the engine: one task after the other, one worker, arrays instead of linked records, written from the
// rules in docs/memory.md. Both must count the same to the last swap-in, nanosecond and byte.

import { describe, expect, it } from 'vitest';
import { Simulation, memoryHost } from '../../../src/index.js';
import { memoryOf } from '../../../src/metrics/memory.js';
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
  scanArmed = false;
  free = (FRAMES - PAGES) * UNIT;
  reclaiming = false;
  going = 0;
  waiting: { page: number; since: number; direct: boolean } | undefined;
  busy = false;
  exitUntil = 0;
  events: { at: number; sequence: number; act: (at: number) => void }[] = [];
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
    for (let page = PAGES - 1; page >= 0; page--) if (this.state[page] === 'in') this.order.at(-1).push(page);
  }

  bytes(share: number): number {
    return Math.floor(FRAMES * UNIT * share);
  }

  at(time: number, act: (at: number) => void): void {
    this.events.push({ at: time, sequence: this.sequence++, act });
  }

  take(bytes: number): void {
    this.free -= bytes;
    if (this.free < this.bytes(this.marks.low)) this.reclaiming = true;
    else if (this.free >= this.bytes(this.marks.high)) this.reclaiming = false;
  }

  /** The oldest page of the coldest level that was not used since it was looked at. */
  victim(): number | undefined {
    for (;;) {
      const page = this.order.findLast((level) => level.length > 0)?.shift();
      if (page === undefined || !this.used[page]) return page;
      this.used[page] = false;
      this.order[0]!.push(page);
    }
  }

  /** Something is touched: the access bits are looked at when the interval ends. */
  arm(now: number): void {
    if (this.scanArmed) return;
    this.scanArmed = true;
    this.at((Math.floor(now / this.scanEvery) + 1) * this.scanEvery, (at) => {
      this.scanArmed = false;
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
    });
  }

  start(now: number): void {
    const begins = Math.max(now, this.exitUntil);
    const page = this.trace[this.position % this.trace.length]!;
    if (this.state[page] === 'in' || this.state[page] === 'rescued') {
      this.used[page] = true;
      this.arm(now);
      this.finishAt(begins + SERVICE);
    } else this.at(begins, (at) => this.touch(at, page));
  }

  finishAt(time: number): void {
    this.at(time, (at) => {
      this.completed++;
      this.position++;
      this.start(at);
    });
  }

  touch(now: number, page: number): void {
    const state = this.state[page];
    this.arm(now);
    if (state === 'in') {
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
    this.waiting = { page, since: now, direct: this.free - UNIT < this.bytes(this.marks.min) };
    this.exitUntil = now + ENTRY_NS;
    this.pump(now);
  }

  leave(page: number): void {
    this.state[page] = 'going';
    this.going++;
  }

  left(page: number): void {
    this.going--;
    if (this.state[page] === 'rescued') {
      this.state[page] = 'in';
      this.order[0]!.push(page);
      return;
    }
    this.state[page] = 'out';
    this.swapOuts++;
    this.take(-UNIT);
    this.take(KEPT);
  }

  /** What the worker does next. */
  pump(now: number): void {
    if (this.busy) return;
    const { waiting } = this;
    if (waiting !== undefined) {
      const noFrame = this.free < UNIT;
      let victim: number | undefined;
      if (noFrame || waiting.direct) {
        victim = this.victim();
        if (victim !== undefined) this.direct++;
      }
      if (noFrame && victim !== undefined) this.work(now + UNMAP + OUT, [victim]);
      if (noFrame) return;
      this.waiting = undefined;
      this.take(UNIT);
      const begins = Math.max(now, waiting.since + ENTRY_NS);
      const extra = victim === undefined ? 0 : UNMAP + OUT;
      this.work(begins + IN + FINISH_NS + extra, victim === undefined ? [] : [victim], waiting);
      return;
    }
    if (this.reclaiming && this.free + this.going * UNIT < this.bytes(this.marks.high)) {
      const victim = this.victim();
      if (victim !== undefined) this.work(now + UNMAP + OUT, [victim]);
    }
  }

  work(until: number, out: readonly number[], fault?: { page: number; since: number }): void {
    this.busy = true;
    out.forEach((page) => this.leave(page));
    this.at(until, (now) => {
      this.busy = false;
      out.forEach((page) => this.left(page));
      if (fault !== undefined) {
        this.take(-KEPT);
        this.state[fault.page] = 'in';
        this.used[fault.page] = false;
        this.order.at(-1).push(fault.page);
        this.swapIns++;
        this.latencyNs += now - fault.since;
        this.finishAt(Math.max(now, this.exitUntil) + SERVICE);
      }
      this.pump(now);
    });
  }

  run(): void {
    this.start(0);
    for (;;) {
      this.events.sort((a, b) => a.at - b.at || a.sequence - b.sequence);
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
