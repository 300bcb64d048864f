// A run, watched between its events, as tracks of a trace: what each core and each vCPU does, how cores move, what each VM waits for. It
// reads the records of the host and changes nothing, so a watched run has the result of one that nobody watches.

import * as L from '../../assembly/layout.js';
import { BEFORE_LOCK, HOLDS_LOCK, STARTED, type Records } from '../core/records.js';
import { RUNNING, STEALING, slicesOf, type Episode } from './episodes.js';
import { Faults } from './faults.js';
import { Functions } from './functions.js';
import { Memory } from './memory.js';
import { Moves } from './moves.js';
import { Tasks } from './tasks.js';
import { Vms } from './vms.js';
import type { TraceWriter } from './writer.js';

const NOBODY: Episode = {
  vcpu: 0,
  state: 0,
  task: 0,
  flags: 0,
  sinceNs: 0,
  begunNs: 0,
  untilNs: 0,
  touchNs: 0,
  faultUntilNs: 0,
};

export class Recorder {
  private readonly cores: { readonly track: number; held: boolean; readonly episode: Episode }[];
  /** Of each vCPU, in the order of their slots. */
  private readonly vcpus: { readonly name: string; readonly vm: number; readonly number: number; track: number }[];
  /** Cores that do something else since the last look. */
  private readonly changed: number[] = [];
  private readonly vms: Vms;
  private readonly tasks: Tasks;
  private readonly faults: Faults;
  private readonly moves: Moves;
  private readonly functions: Functions;
  private readonly memory: Memory;

  constructor(
    private readonly records: Records,
    private readonly trace: TraceWriter,
    fromNs: number,
  ) {
    const coresTrack = trace.track('cores');
    const cores = Array.from({ length: records.cores }, (_, i) => trace.track(`core ${i}`, coresTrack));
    this.cores = cores.map((track) => ({ track, held: false, episode: { ...NOBODY } }));
    this.vms = new Vms(records, trace);
    this.vcpus = records.vms.flatMap(({ name, vcpus, pooled }, vm) =>
      Array.from({ length: vcpus }, (_, i) => ({
        name: `${name} vCPU ${i}`,
        vm,
        number: i,
        // those of functions' VMs have one once they do something
        track: pooled ? 0 : trace.track(`vCPU ${i}`, this.vms.track(vm)),
      })),
    );
    this.tasks = new Tasks(records, trace, (vm) => this.vms.requests(vm), fromNs);
    this.faults = new Faults(records, trace, (vm) => this.vms.track(vm));
    this.moves = new Moves(records, trace, cores, (vm) => this.vms.requests(vm));
    this.functions = new Functions(records, trace, (vm) => this.vms.track(vm));
    this.memory = new Memory(records, trace, (vm) => this.vms.track(vm));
  }

  /** The host as it stands when the window opens: what it does goes on from here. */
  begin(nowNs: number): void {
    this.records.refresh();
    this.functions.begin(nowNs);
    this.cores.forEach((_, i) => {
      this.open(i, nowNs);
    });
    this.moves.begin(nowNs);
    this.vms.begin(nowNs);
    this.memory.begin(nowNs);
  }

  /** Something has happened: what has changed since the last look ends here, and something else begins. */
  look(nowNs: number): void {
    this.records.refresh();
    const { changed } = this;
    this.functions.look(nowNs); // before cores: they are called by whose instance is on them
    for (let i = 0; i < this.cores.length; i++) {
      this.moves.look(i, nowNs);
      if (!this.hasChanged(i)) continue;
      changed.push(i);
      this.close(i, nowNs);
    }
    // a request's last task may end on a later core than where its next stage begins: all ends come first
    for (const i of changed) this.open(i, nowNs);
    changed.length = 0;
    this.faults.look(nowNs);
    this.vms.look(nowNs);
    this.memory.look(nowNs);
  }

  /** The window closes: whatever goes on is cut here. */
  end(nowNs: number): void {
    this.records.refresh();
    this.cores.forEach((core, i) => {
      this.closeEpisode(i, nowNs, true);
      if (core.held) this.trace.end(core.track, nowNs);
      core.held = false;
    });
    this.moves.end(nowNs);
    this.faults.end(nowNs);
    this.vms.end(nowNs);
    this.functions.end(nowNs);
    this.memory.end(nowNs);
  }

  /** Whether core `index` does something else than when it was last looked at. */
  private hasChanged(index: number): boolean {
    const { records } = this;
    const { episode } = this.cores[index]!;
    const vcpu = records.word(records.core(index), L.CORE_VCPU);
    if (vcpu !== episode.vcpu) return true;
    if (vcpu === 0) return false;
    const task = records.word(vcpu, L.VCPU_TASK);
    if (records.word(vcpu, L.VCPU_STATE) !== episode.state || task !== episode.task) return true;
    if (episode.state !== RUNNING || task === 0) return false;
    if (
      records.time(vcpu, L.VCPU_BEGUN) !== episode.begunNs ||
      records.time(vcpu, L.VCPU_FAULT_UNTIL) !== episode.faultUntilNs ||
      (records.word(task, L.TASK_FLAGS_AT) & (BEFORE_LOCK | HOLDS_LOCK)) !== episode.flags
    )
      return true;
    episode.touchNs = records.time(vcpu, L.VCPU_TOUCH);
    episode.untilNs = records.time(vcpu, L.VCPU_UNTIL); // its end may move: other threads, memory bandwidth
    return false;
  }

  private open(index: number, nowNs: number): void {
    const { records } = this;
    const core = this.cores[index]!;
    const vcpu = records.word(records.core(index), L.CORE_VCPU);
    if (vcpu === 0) {
      Object.assign(core.episode, NOBODY);
      return;
    }
    if (!core.held) {
      const { name, vm } = this.named(vcpu);
      const fn = this.functions.nameIn(vm);
      this.trace.begin(core.track, nowNs, fn === undefined ? name : `${fn} (${name})`);
      core.held = true;
    }
    const task = records.word(vcpu, L.VCPU_TASK);
    const episode = core.episode;
    episode.vcpu = vcpu;
    episode.state = records.word(vcpu, L.VCPU_STATE);
    episode.task = task;
    episode.flags = task === 0 ? 0 : records.word(task, L.TASK_FLAGS_AT) & (BEFORE_LOCK | HOLDS_LOCK);
    episode.sinceNs = nowNs;
    episode.begunNs = records.time(vcpu, L.VCPU_BEGUN);
    episode.touchNs = records.time(vcpu, L.VCPU_TOUCH);
    episode.untilNs = records.time(vcpu, L.VCPU_UNTIL);
    episode.faultUntilNs = records.time(vcpu, L.VCPU_FAULT_UNTIL);
    if (episode.state === RUNNING && task !== 0) {
      const first = (records.word(task, L.TASK_FLAGS_AT) & STARTED) === 0;
      this.tasks.run(task, this.vmOf(vcpu), first);
      this.faults.over(task, nowNs);
    }
  }

  private close(index: number, nowNs: number): void {
    const core = this.cores[index]!;
    const { vcpu } = core.episode;
    this.closeEpisode(index, nowNs, false);
    if (!core.held || this.records.word(this.records.core(index), L.CORE_VCPU) === vcpu) return;
    this.trace.end(core.track, nowNs);
    core.held = false;
  }

  /** `cut`: it goes on, but nobody looks any more. */
  private closeEpisode(index: number, nowNs: number, cut: boolean): void {
    const core = this.cores[index]!;
    const { episode } = core;
    if (episode.vcpu === 0) return;
    const vm = this.vmOf(episode.vcpu);
    const runs = episode.state === RUNNING && episode.task !== 0;
    const ends = cut || !runs ? 'cut' : this.endOf(episode, nowNs);
    let arrived = this.moves.arrived(index, episode.state);
    for (const { name, account: category, fromNs, untilNs } of slicesOf(episode, nowNs)) {
      const task = category === 'task' && runs ? this.tasks.details(episode.task) : undefined;
      const values = task === undefined ? this.victimOf(episode) : { ...task.values, ...(cut ? {} : { ends }) };
      this.trace.slice(core.track, fromNs, untilNs, name, { category, values });
      this.trace.slice(this.trackOf(episode.vcpu), fromNs, untilNs, name, {
        category,
        values: { ...values, core: index },
        flows: task?.flows ?? [],
        ended: arrived,
      });
      arrived = [];
    }
    if (!runs) return;
    const { begunNs } = episode;
    if (nowNs > begunNs || (nowNs === begunNs && !cut && ends !== 'preempted')) {
      const delayNs = this.tasks.began(episode.task, begunNs);
      if (delayNs !== undefined) this.vms.began(vm, begunNs, delayNs);
    }
    if (ends === 'page fault') this.faults.begin(episode.task, vm, nowNs);
    if (ends === 'done') this.tasks.done(episode.task, nowNs);
  }

  /** Why a task's run has ended at `nowNs`. */
  private endOf(episode: Episode, nowNs: number): 'done' | 'lock' | 'page fault' | 'preempted' {
    const { task, flags, untilNs, touchNs } = episode;
    if (touchNs === nowNs && this.records.time(task, L.TASK_READY) === nowNs) return 'page fault';
    if (nowNs >= untilNs) {
      if (flags === 0 || (flags === HOLDS_LOCK && this.records.time(task, L.TASK_AFTER_LOCK) === 0)) return 'done';
      return 'lock';
    }
    return 'preempted';
  }

  private victimOf(episode: Episode): Readonly<Record<string, string>> {
    if (episode.state !== STEALING) return {};
    const victim = this.records.word(episode.vcpu, L.VCPU_VICTIM);
    return victim === 0 ? {} : { from: this.named(victim).name };
  }

  private named(vcpu: number): Recorder['vcpus'][number] {
    return this.vcpus[this.records.word(vcpu, L.VCPU_SLOT) - this.records.firstVcpu]!;
  }

  private trackOf(vcpu: number): number {
    const one = this.named(vcpu);
    if (one.track === 0) one.track = this.trace.track(`vCPU ${one.number}`, this.vms.track(one.vm));
    return one.track;
  }

  private vmOf(vcpu: number): number {
    return this.records.word(this.records.word(vcpu, L.VCPU_VM), L.VM_INDEX);
  }
}
