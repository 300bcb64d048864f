// Proofs by agents (VeruSAGE, arXiv 2512.18436): tasks of some classes, agents that solve one of a class in an attempt with a
// probability each, plans that stop at success. Rules: docs/verusage.md.

import type { Play, Policy, Problem } from './frame.js';
import type { Luck } from './luck.js';

/** Tasks alike. */
export interface TaskClass {
  /** Of all tasks. */
  readonly share: number;
  /** Of an attempt, by agent. */
  readonly success: readonly number[];
}

/** An agent and how often it tries; steps follow each other until one succeeds. */
export interface Step {
  readonly agent: number;
  readonly attempts: number;
}

export interface Solved {
  /** Of tasks, truly. */
  readonly share: number;
  /** Of tasks that were taken for solved and are not: what an agent pretends while nobody checks. */
  readonly pretended: number;
  /** A task, in the mean. */
  readonly attempts: number;
}

/** What a plan gives, exactly. `pretends`: of failed attempts that are given out as a success, where no checker refuses them. */
export function solved(classes: readonly TaskClass[], plan: readonly Step[], pretends = 0): Solved {
  let [share, pretended, attempts] = [0, 0, 0];
  for (const one of classes) {
    let open = 1;
    for (const { agent, attempts: most } of plan)
      for (let i = 0; i < most; i++) {
        const p = one.success[agent]!;
        attempts += one.share * open;
        share += one.share * open * p;
        pretended += one.share * open * (1 - p) * pretends;
        open *= (1 - p) * (1 - pretends);
      }
  }
  return { share, pretended, attempts };
}

/** The fewest attempts a task may have so that a plan passes a share; null: not up to `most`. */
export function leastAttempts(
  classes: readonly TaskClass[],
  plan: (attempts: number) => readonly Step[],
  wanted: number,
  most: number,
): { readonly limit: number; readonly attempts: number } | null {
  for (let limit = 1; limit <= most; limit++) {
    const { share, attempts } = solved(classes, plan(limit));
    if (share >= wanted) return { limit, attempts };
  }
  return null;
}

/** Arms are task · agents + agent. */
class ProofPlay implements Play {
  private readonly done: Uint8Array;
  private readonly tried: Uint32Array;
  /** Of each task: how likely it is of each class. */
  private readonly belief: Float64Array;

  constructor(
    private readonly classes: readonly TaskClass[],
    /** Of each task, its class: hidden from policies that believe. */
    readonly kinds: Uint8Array,
    readonly agents: number,
    private readonly luck: Luck,
  ) {
    this.done = new Uint8Array(kinds.length);
    this.tried = new Uint32Array(kinds.length * agents);
    this.belief = new Float64Array(kinds.length * classes.length);
    for (let task = 0; task < kinds.length; task++)
      classes.forEach(({ share }, c) => (this.belief[task * classes.length + c] = share));
  }

  open(arm: number): boolean {
    return this.done[Math.floor(arm / this.agents)] === 0;
  }

  expected(arm: number): number {
    const task = Math.floor(arm / this.agents);
    const count = this.classes.length;
    let sum = 0;
    for (let c = 0; c < count; c++)
      sum += this.belief[task * count + c]! * this.classes[c]!.success[arm % this.agents]!;
    return sum;
  }

  /** By who knows the class. */
  truly(arm: number): number {
    return this.classes[this.kinds[Math.floor(arm / this.agents)]!]!.success[arm % this.agents]!;
  }

  act(arm: number): number {
    const task = Math.floor(arm / this.agents);
    const agent = arm % this.agents;
    const attempt = this.tried[arm]!++;
    const won = this.luck(task, agent, attempt) < this.truly(arm);
    if (won) {
      this.done[task] = 1;
      return 1;
    }
    const count = this.classes.length;
    let sum = 0;
    for (let c = 0; c < count; c++) sum += this.belief[task * count + c]! *= 1 - this.classes[c]!.success[agent]!;
    if (sum > 0) for (let c = 0; c < count; c++) this.belief[task * count + c]! /= sum;
    return 0;
  }
}

export function proofProblem(classes: readonly TaskClass[], kinds: Uint8Array, budget: number): Problem<ProofPlay> {
  const agents = classes[0]!.success.length;
  return {
    costs: Array.from({ length: kinds.length * agents }, () => 1),
    budget,
    begin: (luck) => new ProofPlay(classes, kinds, agents, luck),
  };
}

/** Classes of so many tasks, as their shares say, evenly mixed: no policy gains by the order of tasks. */
export function kindsOf(classes: readonly TaskClass[], tasks: number): Uint8Array {
  const counts = classes.map(() => 0);
  return Uint8Array.from({ length: tasks }, (_, task) => {
    const behind = classes.map(({ share }, c) => share * (task + 1) - counts[c]!);
    const kind = behind.indexOf(Math.max(...behind));
    counts[kind]!++;
    return kind;
  });
}

/** Each task by the same plan, one task after the other. */
export const planned = (steps: readonly Step[], name: string): Policy<ProofPlay> => ({
  name,
  begin: () => {
    const order = steps.flatMap(({ agent, attempts }) => Array.from({ length: attempts }, () => agent));
    let [task, at] = [0, 0];
    return ({ play }) => {
      for (;;) {
        if (task >= play.kinds.length) return -1;
        if (at < order.length && play.open(task * play.agents)) return task * play.agents + order[at++]!;
        [task, at] = [task + 1, 0];
      }
    };
  },
});

/** What is likeliest to succeed; tasks alike are taken in their order, so a heap by how often which agent failed is enough. */
export const likeliest = (name: string, knowing: boolean): Policy<ProofPlay> => ({
  name,
  begin: () => {
    // by the same failures tasks are believed the same: the first of each such group stands for it
    let groups: Map<string, number[]> | undefined;
    const failed = new Map<number, number[]>();
    const keyOf = (play: ProofPlay, task: number, counts: readonly number[]): string =>
      `${knowing ? play.kinds[task] : ''}:${counts.join()}`;
    return ({ play, last, gained }) => {
      if (groups === undefined) {
        groups = new Map();
        for (let task = play.kinds.length - 1; task >= 0; task--) {
          const counts = Array.from({ length: play.agents }, () => 0);
          failed.set(task, counts);
          const key = keyOf(play, task, counts);
          const group = groups.get(key) ?? [];
          group.push(task);
          groups.set(key, group);
        }
      }
      if (last >= 0) {
        const task = Math.floor(last / play.agents);
        const counts = failed.get(task)!;
        const from = keyOf(play, task, counts);
        groups.get(from)!.pop();
        if (groups.get(from)!.length === 0) groups.delete(from);
        if (gained === 0) {
          counts[last % play.agents]!++;
          const key = keyOf(play, task, counts);
          const group = groups.get(key) ?? [];
          group.push(task);
          groups.set(key, group);
        }
      }
      let [found, most] = [-1, 0];
      for (const group of groups.values()) {
        const task = group.at(-1)!;
        for (let agent = 0; agent < play.agents; agent++) {
          const arm = task * play.agents + agent;
          const value = knowing ? play.truly(arm) : play.expected(arm);
          if (value > most) [found, most] = [arm, value];
        }
      }
      return found;
    };
  },
});
