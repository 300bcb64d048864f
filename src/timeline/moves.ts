// How cores move: the steps of each move on a track of its core, and an arrow from the decision (on the track of the VM that gets the
// core) over the first step to what its vCPU does first.

import * as L from '../../assembly/layout.js';
import type { Records } from '../core/records.js';
import { RUNNING, SEARCHING, STEALING } from './episodes.js';
import type { TraceWriter } from './writer.js';

/** By number (assembly/cpu/state.ts, STEP_*). */
const STEPS = ['', 'notify', 'preempt', 'suspend', 'deschedule', 'wake', 'dispatch'] as const;
const NOTIFY = 1;
const ENTER = 6;
/** Flows of moves and of requests share one space of numbers. */
const FIRST_FLOW = 2 ** 40;

interface Move {
  readonly track: number;
  step: number;
  sinceNs: number;
  decidedNs: number;
  /** Its arrow; 0: none begins here. */
  flow: number;
  /** The arrow of the move that is over, until its vCPU has done something. */
  arriving: number;
}

export class Moves {
  private readonly moves: Move[];
  private count = FIRST_FLOW;

  constructor(
    private readonly records: Records,
    private readonly trace: TraceWriter,
    cores: readonly number[],
    private readonly trackOf: (vm: number) => number,
  ) {
    this.moves = cores.map((core, i) => ({
      track: trace.track(`moves of core ${i}`, core),
      step: 0,
      sinceNs: 0,
      decidedNs: 0,
      flow: 0,
      arriving: 0,
    }));
  }

  begin(nowNs: number): void {
    this.moves.forEach((move, i) => {
      move.step = this.records.word(this.records.core(i), L.CORE_STEP);
      move.decidedNs = this.records.time(this.records.core(i), L.CORE_DECIDED);
      move.sinceNs = nowNs;
    });
  }

  look(index: number, nowNs: number): void {
    const { records } = this;
    const core = records.core(index);
    const move = this.moves[index]!;
    const step = records.word(core, L.CORE_STEP);
    if (step === move.step) return;
    this.close(move, nowNs);
    if (move.step === 0) this.decided(index, move, core, step, nowNs);
    if (step === 0 && move.step === ENTER) move.arriving = move.flow;
    if (step === 0) move.flow = 0;
    move.step = step;
    move.sinceNs = nowNs;
  }

  end(nowNs: number): void {
    for (const move of this.moves) this.close(move, nowNs);
  }

  /** The arrows that end in what the vCPU on core `index` did in `state`. */
  arrived(index: number, state: number): readonly number[] {
    const move = this.moves[index]!;
    if (move.arriving === 0 || (state !== RUNNING && state !== SEARCHING && state !== STEALING)) return [];
    const arrow = move.arriving;
    move.arriving = 0;
    return [arrow];
  }

  private decided(index: number, move: Move, core: number, step: number, nowNs: number): void {
    const { records } = this;
    move.decidedNs = Math.max(nowNs, records.time(core, L.CORE_DECIDED));
    const target = records.word(core, L.CORE_TARGET);
    const vcpu = records.word(core, L.CORE_VCPU);
    const vm = target !== 0 ? target : step === NOTIFY || vcpu === 0 ? 0 : records.word(vcpu, L.VCPU_VM);
    if (vm === 0) return; // parked for nobody
    move.flow = ++this.count;
    const track = this.trackOf(records.word(vm, L.VM_INDEX));
    this.trace.instant(track, move.decidedNs, `gets core ${index}`, { category: 'move', flows: [move.flow] });
  }

  /** Before its decision is issued a move only waits for its turn. */
  private close({ track, step, sinceNs, decidedNs, flow }: Move, nowNs: number): void {
    if (step === 0) return;
    const issuedNs = Math.min(Math.max(decidedNs, sinceNs), nowNs);
    const category = 'move';
    const flows = flow === 0 ? [] : [flow];
    if (issuedNs > sinceNs) this.trace.slice(track, sinceNs, issuedNs, 'issue', { category });
    if (nowNs > issuedNs) this.trace.slice(track, issuedNs, nowNs, STEPS[step]!, { category, flows });
  }
}
