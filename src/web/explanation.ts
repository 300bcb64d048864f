// What is told of a core: what it did, and how it came there.

import type { CoreLook } from '../index.js';

/** One thing that the core did on its way. */
export interface MovePhase {
  readonly atNs: number;
  readonly doing: CoreLook['doing'];
  readonly step: CoreLook['step'];
  readonly vm: number;
  readonly target: number;
  /** What the event was for that led to it. */
  readonly event: string;
}

/** A VM as it was, and what the event was for at which it got a core. */
export interface Asked {
  readonly waiting: number;
  readonly oldestDelayNs: number;
  readonly held: number;
  readonly event: string;
}

export interface Explanation {
  readonly core: number;
  readonly atNs: number;
  /** What the core did then. */
  readonly now: CoreLook;
  /** Its last move before that instant; null: none that can be seen again. */
  readonly move: {
    readonly from: number;
    readonly to: number;
    readonly decidedAtNs: number;
    /** When its command went out: in a round of decisions one after another does. */
    readonly issuedAtNs: number;
    /** When the first task of the new VM, or its search, began; null: it has not within what was looked at. */
    readonly doneAtNs: number | null;
    /** Of the VM that got it, just before the decision. */
    readonly asked: Asked | null;
    readonly phases: readonly MovePhase[];
  } | null;
}
