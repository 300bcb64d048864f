// Where the swap engine of the naive simulator (memory/) couples to its CPU side. Neither knows more of the other than this.

import type { Scenario } from '../../src/index.js';
import type { Clock } from './clock.js';

/** What the swap engine sees of a task. `touches` is the engine's. */
export interface TouchingTask {
  /** Index of the VM, counts expanded. */
  readonly vm: number;
  /** Place of its request among its VM's arrivals; dropped ones count. */
  readonly request: number;
  readonly stage: number;
  /** Among the tasks of its stage. */
  readonly index: number;
  /** Its whole demand. */
  readonly serviceNs: number;
  touches: Touch[];
}

export interface Touch {
  /** How much of the task's work is done when it touches the page. */
  atWorkNs: number;
  page: number;
  write: boolean;
}

/** The engine, called by the CPU side. Everything happens at `clock.now`. */
export interface SwapEngine {
  /** A task comes into being: its pages are fixed. */
  prepare(task: TouchingTask): void;
  /** The task has done `touches[0].atWorkNs` of its work. A hit is removed; after a fault the task stops. */
  touch(task: TouchingTask): 'hit' | 'fault';
  /** From the fault until the task has left the guest (exit and lock); its vCPU pays for it. */
  readonly exitNs: number;
  /** Exit and lock are over: the fault queues. */
  left(task: TouchingTask): void;
  /** The task is complete. */
  end(task: TouchingTask): void;
}

/** What the engine calls back. */
export interface CpuSide {
  readonly clock: Clock;
  /** The page is mapped and the guest has been resumed: the task is ready. */
  ready(task: TouchingTask): void;
}

export type SwapFactory = (cpu: CpuSide, scenario: Scenario) => SwapEngine;
