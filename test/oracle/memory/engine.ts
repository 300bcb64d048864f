// The naive swap engine: lists of pages, faults, workers, devices, looked through one by one. Written from docs/model/memory.md.

import type { Scenario } from '../../../src/index.js';
import { RANK, type Clock } from '../clock.js';
import type { CpuSide, Lengthens, Stop, SwapEngine, TouchingTask } from '../seam.js';
import { Background } from './background.js';
import { Counting } from './counting.js';
import type { MemoryFigures } from './figures.js';
import { layOut } from './layout.js';
import { Levels } from './levels.js';
import { Servers, newWant } from './servers.js';
import { type Memory, type Page, type Waiting } from './things.js';
import { touchesOf, type Touch } from './touches.js';
import { Tier } from './tier.js';
import { Upgrades } from './upgrades.js';

export class NaiveSwap implements SwapEngine {
  readonly memory: Memory;
  private readonly clock: Clock;
  private readonly counted: Counting;
  private readonly levels: Levels;
  private readonly background: Background;
  private readonly servers: Servers;
  private readonly tier: Tier;
  private readonly upgrades: Upgrades;
  /** What every task will touch yet. */
  private readonly touches = new Map<TouchingTask, Touch[]>();
  private touchedSinceScan = false;
  /** Tasks whose exit is not over. */
  private readonly leaving = new Map<TouchingTask, Waiting>();
  private readonly exitNs: number;

  constructor(
    private readonly cpu: CpuSide,
    scenario: Scenario,
    private readonly traces: readonly (readonly number[] | null)[],
  ) {
    this.clock = cpu.clock;
    this.memory = layOut(scenario);
    const { spec } = this.memory;
    this.exitNs = spec.fault.exitNs + spec.fault.lockNs;
    this.counted = new Counting(this.memory);
    this.levels = new Levels(this.memory);
    this.background = new Background(this.memory, this.clock, this.counted, this.levels, () => this.servers.look());
    this.tier = new Tier(this.memory, this.clock);
    this.servers = new Servers(this.memory, this.clock, this.counted, this.levels, this.background, this.tier, {
      there: (waiting) => this.serve(waiting),
      paused: () => this.upgrades.pausing,
      idle: () => this.upgrades.serversIdle(),
      leaving: () =>
        [...this.leaving.values()].flatMap(({ page, task }) => (page.want?.leaving === task ? [page.want] : [])),
    });
    this.upgrades = new Upgrades(spec.upgrades, this.clock, this.counted, {
      serversIdle: () => this.servers.idle(),
      waitingForServers: () => this.servers.waitingInPause(),
      ready: (task) => cpu.ready(task),
      over: () => this.servers.look(),
    });
    this.planScan();
  }

  draw(vm: number): bigint {
    const { spec, stream } = this.memory.guests[vm]!;
    return spec === null ? 0n : stream.word();
  }

  prepare(task: TouchingTask): void {
    const guest = this.memory.guests[task.vm]!;
    if (guest.spec !== null) this.touches.set(task, touchesOf(guest, task, this.traces[task.vm]!));
  }

  next(task: TouchingTask): number | null {
    return this.touches.get(task)?.[0]?.atWorkNs ?? null;
  }

  end(task: TouchingTask): void {
    if ((this.touches.get(task)?.length ?? 0) > 0) throw new Error('a task ended before its last touch');
    this.touches.delete(task);
  }

  touch(task: TouchingTask): 'go on' | Stop | Lengthens {
    const guest = this.memory.guests[task.vm]!;
    const touch = this.touches.get(task)![0]!;
    const page = guest.pages[touch.number]!;
    const hit = page.where === 'in';
    if (this.upgrades.stops(hit || page.backend === 'slow')) {
      this.upgrades.stopped(task);
      return { exitNs: 0, stays: false };
    }
    this.touches.get(task)!.shift();
    this.counted.touch(guest);
    this.touchedSinceScan = true;
    if (hit) {
      this.hit(page, touch.write);
      return 'go on';
    }
    if (page.backend === 'slow') return this.readInPlace(page);
    this.counted.fault(guest, this.exitNs);
    if (page.where === 'going' && page.leaving!.forFault === null) {
      this.rescue(page, touch.write);
      return { exitNs: this.exitNs, stays: true };
    }
    this.leaving.set(task, { task, page, touchedAt: this.clock.now, write: touch.write });
    if (page.where === 'out') {
      this.servers.need(page, task);
      if (this.exitNs > 0) this.servers.look(page);
    }
    return { exitNs: this.exitNs, stays: false };
  }

  /** It is read where it lies, or, on its way down, where it lay. */
  private readInPlace(page: Page): 'go on' | Lengthens {
    if (page.where === 'going') return 'go on';
    const { ns, rises } = this.tier.access(page);
    this.counted.slowTouch(page.guest, ns);
    this.tier.spend(ns);
    if (rises) this.servers.rise(page);
    return { takesNs: ns };
  }

  left(task: TouchingTask): void {
    const waiting = this.leaving.get(task);
    if (waiting === undefined) return; // stopped by a pause
    this.leaving.delete(task);
    this.finds(waiting);
    this.servers.look();
  }

  /** What a fault that has left its guest finds its page to be. */
  private finds(waiting: Waiting): void {
    const { page, task } = waiting;
    const first = page.want?.leaving === task;
    switch (page.where) {
      case 'in':
        this.counted.joined();
        page.untouched = false;
        this.serve(waiting);
        return;
      case 'coming':
        this.counted.joined();
        page.want!.waiting.push(waiting);
        return;
      case 'going':
        if (page.leaving!.forFault === null) {
          this.rescue(page, waiting.write);
          this.cpu.ready(task);
          return;
        }
        if (page.want === null) page.want = newWant(page, null, false);
        else this.counted.joined();
        page.want.waiting.push(waiting);
        break;
      case 'out':
      case 'needed':
      case 'ahead':
        if (page.where === 'out' || first) {
          if (!first) this.servers.need(page, null);
          page.want!.leaving = null;
          page.want!.waiting.push(waiting);
          this.servers.queue(page.want!);
          this.servers.queueAhead(page);
        } else {
          this.counted.joined();
          page.want!.waiting.push(waiting);
          if (page.where === 'ahead') this.servers.noLongerAhead(page.want!);
        }
        break;
    }
    this.upgrades.waits(waiting);
  }

  warmup(): void {
    this.tier.restart();
    this.counted.restart(this.inFlight().length);
  }

  figures(): MemoryFigures {
    return this.counted.figures(this.inFlight(), this.clock.now, this.upgrades.figures(), this.tier.figures());
  }

  /** Tasks that leave the guest or wait for a page. */
  private inFlight(): Waiting[] {
    return [...this.leaving.values(), ...this.memory.pages.flatMap((page) => page.want?.waiting ?? [])];
  }

  private hit(page: Page, write: boolean): void {
    page.used = true;
    this.touchedSinceScan = true;
    if (page.untouched) this.counted.prefetchHit();
    page.untouched = false;
    if (write) page.dirty = true;
  }

  private rescue(page: Page, write: boolean): void {
    page.leaving!.rescued = true;
    page.where = 'in';
    this.counted.rescued();
    this.hit(page, write);
  }

  /** Its page is there. */
  private serve(waiting: Waiting): void {
    if (waiting.write) waiting.page.dirty = true;
    this.counted.stall(waiting.page.guest, this.clock.now - waiting.touchedAt);
    this.cpu.ready(waiting.task);
  }

  private planScan(): void {
    const { intervalNs, perPageNs } = this.memory.spec.scan;
    this.clock.at(
      this.clock.now + intervalNs,
      RANK.background,
      () => {
        this.planScan();
        if (!this.touchedSinceScan) return;
        this.touchedSinceScan = false;
        const ns = this.levels.scan() * perPageNs * this.memory.spec.pageSample;
        this.counted.scan(ns);
        this.background.charge(ns);
        this.servers.look();
      },
      [0],
    );
  }
}
