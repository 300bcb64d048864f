// Policies of one's own in TypeScript: functions that the core calls when it has to decide. They look at the host through a
// read-only view and answer a number. A call costs some tens of nanoseconds to cross over and whatever the function does
// (`npm run bench` measures it); the same policy compiled in (`fluxhost build --policy`) costs next to nothing.

import type { PolicyImports } from './core/load.js';
import { InputError } from './scenario/errors.js';

/** What a policy may see, at the instant it is asked. Reading costs a call into the core, about 5 ns. */
export interface HostView {
  readonly nowNs: number;
  readonly idleCores: number;
  /** Of a VM, by its place in the result's list. */
  coresHeld(vm: number): number;
  /** Promised, on their way. */
  coresComing(vm: number): number;
  /** Tasks waiting anywhere in the VM. */
  waiting(vm: number): number;
  oldestDelayNs(vm: number): number;
  /** vCPUs to which tasks are dispatched. */
  activeVcpus(vm: number): number;
  /** Tasks on the `place`-th of them: those that wait, and the one that runs. */
  activeLoad(vm: number, place: number): number;
  /** Tasks waiting on vCPU `vcpu`. */
  queueLength(vm: number, vcpu: number): number;
}

/** Each is used where the scenario says so, and must be a function of what the view shows, or results are not repeatable. */
export interface Policy {
  /** `dispatch: policy`: which of the `active` vCPUs gets the task, 0 … active - 1. */
  readonly dispatch?: (view: HostView, vm: number, active: number) => number;
  /** `stealing: { victim: policy }`: whose queue vCPU `vcpu` looks into first; the others follow in order. */
  readonly firstVictim?: (view: HostView, vm: number, vcpu: number) => number;
  /** `signal: policy`: how many more cores the VM should get in this round of the arbiter; asked while tasks wait in it. */
  readonly coresWanted?: (view: HostView, vm: number) => number;
}

/** The functions of a policy, and where a scenario asks for each. */
const ASKED_BY = {
  dispatch: 'vms[].dispatch: policy',
  firstVictim: 'vms[].stealing: { victim: policy }',
  coresWanted: 'mechanism: { signal: policy }',
} as const satisfies Record<keyof Policy, string>;

export type PolicyName = keyof Policy;
export const POLICY_NAMES = Object.keys(ASKED_BY) as PolicyName[];

/** Which decisions the functions take. */
export function decisionsOf(policy: Policy | undefined): PolicyName[] {
  return POLICY_NAMES.filter((name) => policy?.[name] !== undefined);
}

const told = (names: readonly PolicyName[]): string => names.map((name) => `${name} (${ASKED_BY[name]})`).join(', ');

/**
 * A function is in no snapshot: what goes on must be given those that the simulation had, no more and no fewer, since the core
 * knows which decisions it is to ask for.
 *
 * @throws InputError naming the decisions
 */
export function checkRestored(had: readonly PolicyName[], policy: Policy | undefined, file?: string): void {
  const given = decisionsOf(policy);
  if (given.join() === had.join()) return;
  throw new InputError({
    ...(file === undefined ? {} : { file }),
    path: 'policy',
    given: given.length === 0 ? 'no function' : given.join(', '),
    expected:
      had.length === 0
        ? 'none: the simulation that wrote this snapshot was answered by its core'
        : `options.policy with ${told(had)}, as the simulation had that wrote this snapshot: functions are in no snapshot`,
  });
}

/** A policy answered something that cannot be meant, or threw. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

type Exports = Readonly<Record<string, (...args: number[]) => number>>;

/** The policy as the core's imports, and the view, which works once the core's exports are known. */
export function bindPolicy(policy: Policy): { imports: PolicyImports; attach(exports: WebAssembly.Exports): void } {
  let core: Exports = {};
  const view: HostView = {
    get nowNs() {
      return core['nowNs']!();
    },
    get idleCores() {
      return core['idleCores']!();
    },
    coresHeld: (vm) => core['coresHeld']!(vm),
    coresComing: (vm) => core['coresComing']!(vm),
    waiting: (vm) => core['waiting']!(vm),
    oldestDelayNs: (vm) => core['oldestDelayNs']!(vm),
    activeVcpus: (vm) => core['activeVcpus']!(vm),
    activeLoad: (vm, place) => core['activeLoad']!(vm, place),
    queueLength: (vm, vcpu) => core['queueLength']!(vm, vcpu),
  };
  const asked = (name: keyof Policy, answer: number): number => {
    if (!Number.isInteger(answer) || answer < 0 || answer > 0xffff_ffff) {
      throw new PolicyError(`policy.${name}: given ${answer}, expected a whole number from 0`);
    }
    return answer;
  };
  return {
    imports: {
      dispatch: (vm, active) => asked('dispatch', policy.dispatch!(view, vm, active)),
      firstVictim: (vm, vcpu) => asked('firstVictim', policy.firstVictim!(view, vm, vcpu)),
      coresWanted: (vm) => asked('coresWanted', policy.coresWanted!(view, vm)),
    },
    attach: (exports) => {
      core = exports as unknown as Exports;
    },
  };
}
