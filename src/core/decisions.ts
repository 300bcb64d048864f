// Decisions of a host's arbiter: which cores it gave to whom, and, in a fork, one of them taken otherwise. Told and changed between two
// events (assembly/cpu/cores/overrule.ts).

import * as L from '../../assembly/layout.js';

interface Exports {
  decisionCount(): number;
  decision(nth: number): number;
  overrule(kind: number, nth: number, from: number): void;
  overruleAnswer(): number;
  takeable(vm: number, from: number): number;
}

/** One core that was given away. */
export interface ArbiterDecision {
  readonly core: number;
  /** That gets it. */
  readonly vm: number;
  /** That loses it; -1: it was idle. */
  readonly from: number;
}

/** What is done instead. */
export type Overruling = 'deny' | 'more' | { readonly victim: number };

export class Decisions {
  private readonly core: Exports;

  constructor(
    exports: WebAssembly.Exports,
    private readonly memory: WebAssembly.Memory,
  ) {
    this.core = exports as unknown as Exports;
  }

  /** So far, of the whole run. */
  get count(): number {
    return this.core.decisionCount() >>> 0;
  }

  /** Those from number `from` on. @throws RangeError for more than are kept */
  since(from: number): ArbiterDecision[] {
    const { count } = this;
    if (count - from > L.DECISIONS_KEPT)
      throw new RangeError(`decisions: more than ${L.DECISIONS_KEPT} since the last look`);
    return Array.from({ length: count - from }, (_, i) => {
      const [core, vm, victim] = new Uint32Array(this.memory.buffer, this.core.decision(from + i) >>> 0, 3);
      return { core: core!, vm: vm!, from: victim! - 1 };
    });
  }

  /** Cores of VM `from` that `vm` may take now. */
  takeable(vm: number, from: number): number {
    return this.core.takeable(vm, from);
  }

  /** The `nth` decision from here on, from 1, is taken otherwise. */
  overrule(how: Overruling, nth: number): void {
    const kind = how === 'deny' ? L.OVERRULE_DENY : how === 'more' ? L.OVERRULE_MORE : L.OVERRULE_VICTIM;
    this.core.overrule(kind, nth, typeof how === 'object' ? how.victim : 0);
  }

  /** Whether that has been done; false, too, where it could not be. */
  get overruled(): boolean {
    return this.core.overruleAnswer() === L.OVERRULED;
  }
}
