// Where the swap engine of the naive simulator (memory/) couples to its CPU side. Neither knows more of the other than this.

import type { Scenario } from '../../src/index.js';
import type { Clock } from './clock.js';
import type { MemoryFigures } from './memory/figures.js';

/** What the swap engine sees of a task. */
export interface TouchingTask {
  /** Index of the VM, counts expanded. */
  readonly vm: number;
  /** Place of its request among its VM's arrivals; dropped ones count. */
  readonly request: number;
  readonly stage: number;
  /** Among the tasks of its stage. */
  readonly index: number;
  /** Tasks of its VM before it: those of all earlier requests (dropped ones too), of earlier stages, of its stage. */
  readonly tasksBefore: number;
  /** When its request arrived. */
  readonly arrivedAt: number;
  /** The stretch of work over which its touches are spread: its whole demand, or what lies before its critical section. */
  readonly spreadNs: number;
  /** 64 bits from which its touches follow. */
  readonly draws: bigint;
}

/** A touch that stops the task for `exitNs`, which its vCPU pays (transition). */
export interface Stop {
  readonly exitNs: number;
  /**
   * It keeps its vCPU and goes on there when they are over. Else the vCPU chooses at once what to do next, begins with it when
   * they are over, and the CPU side calls `left` then, whatever has become of the vCPU.
   */
  readonly stays: boolean;
}

/** A touch that takes so much longer, as if it were work of the task. */
export interface Lengthens {
  readonly takesNs: number;
}

/** The engine, called by the CPU side. Everything happens at `clock.now`. */
export interface SwapEngine {
  /** The next word of the VM's own stream: what a request of one task draws as it arrives. */
  draw(vm: number): bigint;
  /** A task comes into being: its pages are fixed. */
  prepare(task: TouchingTask): void;
  /**
   * The task runs, having done `workNs`: at its first instruction, and each time it goes on. The work at which the CPU side
   * calls `touch`, as an event of rank TOUCH that is lifted if the task stops before; null: it touches nothing more.
   */
  next(task: TouchingTask, workNs: number): number | null;
  /** It has come to that work. After 'go on' the CPU side asks for the next. */
  touch(task: TouchingTask): 'go on' | Stop | Lengthens;
  /** Exit and lock are over (rank FAULT): the fault queues. */
  left(task: TouchingTask): void;
  /** The task is complete. */
  end(task: TouchingTask): void;
  /** Statistics begin. */
  warmup(): void;
  /** Everything under `memory` of a result, as of now. */
  figures(): MemoryFigures;
}

/** What the engine calls back. */
export interface CpuSide {
  readonly clock: Clock;
  /** The page is mapped and the guest has been resumed: the task is ready. */
  ready(task: TouchingTask): void;
}

/** `traces`: the page numbers of each VM whose pages are told by a trace. */
export type SwapFactory = (
  cpu: CpuSide,
  scenario: Scenario,
  traces: readonly (readonly number[] | null)[],
) => SwapEngine;
