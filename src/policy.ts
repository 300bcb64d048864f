// Policies of one's own in TypeScript: functions that the core calls when it has to decide. They look at the host through a
// read-only view and answer a number. A call costs some tens of nanoseconds to cross over and whatever the function does
// (`npm run bench` measures it); the same policy compiled in (`fluxhost build --policy`) costs next to nothing.

import { InputError, expectedOneOf, show } from './input/errors.js';

/** What a policy may see, at the instant it is asked. Reading costs a call into the core, about 5 ns. */
export interface HostView {
  /** Simulated time, in ns. */
  readonly nowNs: number;
  /** Cores that no VM holds. */
  readonly idleCores: number;
  /** Of a VM, by its place in the result's list. */
  coresHeld(vm: number): number;
  /** Promised, on their way. */
  coresComing(vm: number): number;
  /** Tasks waiting anywhere in the VM. */
  waiting(vm: number): number;
  /** How long the oldest waiting task of the VM has waited, in ns; 0: none waits. */
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
  /**
   * `lifecycle: { keepAlive: { policy: policy } }`: how long an instance that has just become dormant is kept, in ns; Infinity: for good.
   */
  readonly keepFor?: (view: HostView, instance: InstanceView) => number;
  /** There, too: what an instance that has just been given a request is worth, 0 or more; for want of memory the least goes first. */
  readonly worth?: (view: HostView, instance: InstanceView) => number;
}

/** An instance of a function, as a keep-alive policy sees it. */
export interface InstanceView {
  /** Its function, by its place in the result's list. */
  readonly fn: number;
  /** Requests that it was given. */
  readonly uses: number;
  /** Living instances of its function, itself included. */
  readonly instances: number;
  /** When it was given the last one, in ns. */
  readonly lastStartNs: number;
}

/** The functions of a policy, and where a scenario asks for each. */
const ASKED_BY = {
  dispatch: 'vms[].dispatch: policy',
  firstVictim: 'vms[].stealing: { victim: policy }',
  coresWanted: 'mechanism: { signal: policy }',
  keepFor: 'lifecycle: { keepAlive: { policy: policy } }',
  worth: 'lifecycle: { keepAlive: { policy: policy } }',
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
  /** Tells it from other errors. */
  override readonly name = 'PolicyError';
}

/** @throws InputError for what is no decision, or no function */
function checkPolicy(policy: Policy): void {
  const problems = Object.entries(policy).flatMap(([key, value]: [string, unknown]) => {
    const path = `policy.${key}`;
    if (!(POLICY_NAMES as string[]).includes(key))
      return [{ path, given: 'an unknown decision', expected: expectedOneOf('one of', key, POLICY_NAMES) }];
    if (value === undefined || typeof value === 'function') return [];
    return [{ path, given: show(value), expected: 'a function' }];
  });
  if (problems.length > 0) throw new InputError(problems);
}

type Exports = Readonly<Record<string, (...args: number[]) => number>>;

export interface BoundPolicy {
  readonly imports: PolicyImports;
  /** The view works from here on. `vcpus`: the most that each VM has. */
  attach(exports: WebAssembly.Exports, vcpus: readonly number[]): void;
  /** @throws PolicyError in the middle of a decision: an event is half done, and work that it adds would be asked about at once */
  refuseWhileAsked(): void;
}

/**
 * The policy as the core's imports, and the view. The core trusts what it is asked, so the view looks at every number first:
 * a call of up to 16 looks takes 173 ns instead of 117 (M/M/16, 256,329 calls, least processor time of nine runs in turns).
 *
 * @throws InputError for what is no decision, or no function
 */
export function bindPolicy(policy: Policy): BoundPolicy {
  checkPolicy(policy);
  let core: Exports = {};
  let most: readonly number[] = [];
  let asking: PolicyName | null = null;
  // While dispatch is asked, its own VM's count is known: no call into the core to check a place.
  let [dispatchVm, dispatchActive] = [-1, 0];
  const refuse = (method: string, what: string, given: number, count: number): never => {
    const expected = count === 0 ? 'none: there are none' : `a whole number from 0 to ${count - 1}`;
    throw new PolicyError(`view.${method}: given ${what} ${given}, expected ${expected}`);
  };
  const ofVm = (method: string) => (vm: number) => {
    if (vm >>> 0 !== vm || vm >= most.length) refuse(method, 'vm', vm, most.length);
    return core[method]!(vm);
  };
  const active = ofVm('activeVcpus');
  const view: HostView = {
    get nowNs() {
      return core['nowNs']!();
    },
    get idleCores() {
      return core['idleCores']!();
    },
    coresHeld: ofVm('coresHeld'),
    coresComing: ofVm('coresComing'),
    waiting: ofVm('waiting'),
    oldestDelayNs: ofVm('oldestDelayNs'),
    activeVcpus: active,
    activeLoad(vm, place) {
      if (vm >>> 0 !== vm || vm >= most.length) refuse('activeLoad', 'vm', vm, most.length);
      const count = vm === dispatchVm ? dispatchActive : active(vm);
      if (place >>> 0 !== place || place >= count) refuse('activeLoad', 'place', place, count);
      return core['activeLoad']!(vm, place);
    },
    queueLength(vm, vcpu) {
      if (vm >>> 0 !== vm || vm >= most.length) refuse('queueLength', 'vm', vm, most.length);
      const count = most[vm]!;
      if (vcpu >>> 0 !== vcpu || vcpu >= count) refuse('queueLength', 'vcpu', vcpu, count);
      return core['queueLength']!(vm, vcpu);
    },
  };
  const isIndex = (answer: number): boolean => Number.isInteger(answer) && answer >= 0 && answer <= 0xffff_ffff;
  const asked = (name: PolicyName, decide: () => number, real = false): number => {
    asking = name;
    try {
      const answer = decide();
      if (real ? answer >= 0 : isIndex(answer)) return answer;
      throw new PolicyError(`policy.${name}: given ${answer}, expected a ${real ? '' : 'whole '}number from 0`);
    } finally {
      asking = null;
      dispatchVm = -1;
    }
  };
  return {
    imports: {
      dispatch(vm, active) {
        [dispatchVm, dispatchActive] = [vm, active];
        return asked('dispatch', () => policy.dispatch!(view, vm, active));
      },
      firstVictim: (vm, vcpu) => asked('firstVictim', () => policy.firstVictim!(view, vm, vcpu)),
      coresWanted: (vm) => asked('coresWanted', () => policy.coresWanted!(view, vm)),
      keepFor: (fn, uses, instances, lastStartNs) =>
        asked('keepFor', () => policy.keepFor!(view, { fn, uses, instances, lastStartNs }), true),
      worth: (fn, uses, instances, lastStartNs) =>
        asked('worth', () => policy.worth!(view, { fn, uses, instances, lastStartNs }), true),
    },
    attach(exports, vcpus) {
      core = exports as unknown as Exports;
      most = vcpus;
    },
    refuseWhileAsked() {
      if (asking === null) return;
      throw new PolicyError(
        `policy.${asking}: used the simulation while it decides, expected only its view to be read`,
      );
    },
  };
}

/** What the core asks the program, where the program decides (policy.ts in assembly/). Numbers of VMs and vCPUs in, a number out. */
export interface PolicyImports {
  dispatch(vm: number, active: number): number;
  firstVictim(vm: number, vcpu: number): number;
  coresWanted(vm: number): number;
  keepFor(fn: number, uses: number, instances: number, lastStartNs: number): number;
  worth(fn: number, uses: number, instances: number, lastStartNs: number): number;
}
