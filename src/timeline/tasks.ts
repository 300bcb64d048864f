// Tasks by a number of their own, for their record's place is used again; and the arrows of a request: from its fork to each of its
// tasks, wherever they run, and from there to where the last of them ends.

import * as L from '../../assembly/layout.js';
import type { Records } from '../core/records.js';
import type { TraceWriter } from './writer.js';

interface Known {
  readonly number: number;
  readonly vm: number;
  readonly request: number;
  readyNs: number;
  /** It has come to its first instruction, and its wait is told. */
  begun: boolean;
}

/** A stage of a request, whose tasks are under way. */
interface Stage {
  readonly vm: number;
  readonly stage: number;
  readonly arrivedNs: number;
  readonly tasks: number[];
}

const NONE: readonly number[] = [];

export class Tasks {
  private readonly known = new Map<number, Known>();
  private readonly stages = new Map<number, Stage>();
  private count = 0;

  constructor(
    private readonly records: Records,
    private readonly trace: TraceWriter,
    private readonly trackOf: (vm: number) => number,
    private readonly fromNs: number,
  ) {}

  /** `task` is run. `first`: it has executed nothing yet. */
  run(task: number, vm: number, first: boolean): void {
    const readyNs = this.records.time(task, L.TASK_READY);
    const before = this.known.get(task);
    if (before !== undefined && !(first && before.begun)) {
      before.readyNs = readyNs;
      return;
    }
    const request = this.records.word(task, L.TASK_REQUEST);
    const one = { number: ++this.count, vm, request, readyNs, begun: !first };
    this.known.set(task, one);
    if (request === 0) return;
    this.stageOf(request, vm).tasks.push(one.number);
    if (first && readyNs >= this.fromNs) this.trace.instant(this.trackOf(vm), readyNs, 'fork', { flows: [one.number] });
  }

  private stageOf(request: number, vm: number): Stage {
    const { records } = this;
    const stage = records.word(request, L.REQUEST_STAGE);
    const arrivedNs = records.time(request, L.REQUEST_ARRIVED);
    const known = this.stages.get(request);
    if (known?.stage === stage && known.arrivedNs === arrivedNs) return known;
    const one = { vm, stage, arrivedNs, tasks: [] };
    this.stages.set(request, one);
    return one;
  }

  details(task: number): { readonly values: Readonly<Record<string, number>>; readonly flows: readonly number[] } {
    const one = this.known.get(task);
    if (one === undefined) return { values: {}, flows: NONE };
    return { values: { task: one.number }, flows: one.request === 0 ? NONE : [one.number] };
  }

  /** It came to its first instruction at `begunNs`: answers how long it had waited, once. */
  began(task: number, begunNs: number): number | undefined {
    const one = this.known.get(task);
    if (one === undefined || one.begun) return undefined;
    one.begun = true;
    return begunNs - one.readyNs;
  }

  done(task: number, nowNs: number): void {
    const one = this.known.get(task);
    this.known.delete(task);
    if (one === undefined || one.request === 0) return;
    const { records } = this;
    const stage = this.stages.get(one.request);
    if (stage === undefined) return;
    const goesOn =
      records.word(one.request, L.REQUEST_LEFT) !== 0 &&
      records.word(one.request, L.REQUEST_STAGE) === stage.stage &&
      records.time(one.request, L.REQUEST_ARRIVED) === stage.arrivedNs;
    if (goesOn) return;
    this.stages.delete(one.request);
    const values = { latencyNs: nowNs - stage.arrivedNs };
    this.trace.instant(this.trackOf(stage.vm), nowNs, 'join', { values, ended: stage.tasks });
  }
}
