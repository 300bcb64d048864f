// What guards a user's files from an agent's operations, and what each guard lets through. Rules: docs/yolofs.md.

import { luckOf } from './luck.js';

/** From none to all that YoloFS has. */
export const GUARDS = ['none', 'prompt', 'staging', 'snapshots', 'progressive'] as const;
export type Guard = (typeof GUARDS)[number];

export interface Agent {
  /** Of operations, harmful. */
  readonly harmful: number;
  /** Of harm, noticed by the agent within the command that did it. */
  readonly self: number;
  /** Of harm, noticed by the user at the review. */
  readonly review: number;
  /** Of harmful operations, refused by the user who is asked for them. */
  readonly prompt: number;
  /** Operations a task. */
  readonly operations: number;
  /** Folders that operations fall into, each as likely as the others. */
  readonly subtrees: number;
}

/** Of a harmful operation, how likely it is to pass. */
export function passes(guard: Guard, { self, review, prompt }: Agent): number {
  switch (guard) {
    case 'none':
      return 1;
    case 'prompt':
      return 1 - prompt;
    case 'staging':
      return 1 - review;
    default:
      return (1 - self) * (1 - review);
  }
}

/** Folders touched by n operations that fall into s at random. */
export const touched = (operations: number, subtrees: number): number =>
  subtrees * (1 - (1 - 1 / subtrees) ** operations);

/**
 * That a task loses something for good. With rules that ask once, the first operation of each folder is asked for; which ones are
 * first is independent of whether they are harmful, so the number of folders touched is averaged over exactly.
 */
export function loss(guard: Guard, agent: Agent): number {
  const { harmful, operations, subtrees, prompt } = agent;
  const safe = 1 - harmful * passes(guard, agent);
  if (guard !== 'progressive') return 1 - safe ** operations;
  const asked = 1 - harmful * passes(guard, agent) * (1 - prompt);
  // how likely it is that so many folders have been touched, operation by operation
  let counts = Float64Array.from({ length: subtrees + 1 }, (_, i) => (i === 0 ? 1 : 0));
  for (let n = 0; n < operations; n++) {
    const next = new Float64Array(subtrees + 1);
    for (let k = 0; k <= subtrees; k++) {
      next[k]! += (counts[k]! * k) / subtrees;
      if (k < subtrees) next[k + 1]! += (counts[k]! * (subtrees - k)) / subtrees;
    }
    counts = next;
  }
  const most = Math.min(subtrees, operations);
  return 1 - counts.subarray(0, most + 1).reduce((sum, p, k) => sum + p * asked ** k * safe ** (operations - k), 0);
}

/** Times a task that the user is asked for something, the review among them. */
export function interactions(guard: Guard, { operations, subtrees }: Agent): number {
  if (guard === 'none') return 0;
  if (guard === 'prompt') return operations;
  return guard === 'progressive' ? 1 + touched(operations, subtrees) : 1;
}

export interface Guarded {
  /** Tasks that lost something. */
  readonly lost: number;
  readonly prompts: number;
}

/** The same tasks under a guard, operation by operation: the same are harmful and would be noticed under every guard. */
export function guarded(guard: Guard, agent: Agent, tasks: number, seed: number): Guarded {
  const [kind, where, self, review, prompt] = [0, 1, 2, 3, 4].map((purpose) => luckOf(seed, 10 + purpose));
  let [lost, prompts] = [0, 0];
  for (let task = 0; task < tasks; task++) {
    const seen = new Set<number>();
    let harm = false;
    const staged = guard !== 'none' && guard !== 'prompt';
    if (staged) prompts++; // the review
    for (let op = 0; op < agent.operations; op++) {
      const folder = Math.floor(where!(task, 0, op) * agent.subtrees);
      const asks = guard === 'prompt' || (guard === 'progressive' && !seen.has(folder));
      seen.add(folder);
      if (asks) prompts++;
      if (kind!(task, 0, op) >= agent.harmful) continue;
      if (asks && prompt!(task, 0, op) < agent.prompt) continue;
      const travels = guard === 'snapshots' || guard === 'progressive';
      if (travels && self!(task, 0, op) < agent.self) continue;
      if (staged && review!(task, 0, op) < agent.review) continue;
      harm = true;
    }
    if (harm) lost++;
  }
  return { lost, prompts };
}
