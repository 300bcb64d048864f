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
  /** Which vCPU that is. */
  activeVcpu(vm: number, place: number): number;
  /** 1 where vCPU `vcpu` has a core, runs no task and looks for one; else 0. */
  searching(vm: number, vcpu: number): number;
  /** Tasks waiting on vCPU `vcpu`. */
  queueLength(vm: number, vcpu: number): number;
  /** VMs of the host. */
  readonly vms: number;
  /** Cores for VMs: without those that poll for the whole host. */
  readonly cores: number;
  /** Cores that the VM is guaranteed: `vcpus.min`. */
  guarantee(vm: number): number;
  /** The most vCPUs that it has: `vcpus.max`. */
  vcpus(vm: number): number;
  /** 1 for a latency-critical VM, 0 for a best-effort one. */
  latencyCritical(vm: number): number;
  /** The greater takes cores from the lower of its class. */
  priority(vm: number): number;
  /** Cores of VM `from` that `vm` may take now, by class, priority and guarantee. */
  takeable(vm: number, from: number): number;
}

/** Answer of `victim`: whom the host's own rule names (class, priority, guarantee, then who has most above it). */
export const BY_RULE = 0xffff_ffff;
/** Answer of `victim`: nobody loses a core, and none is given. */
export const NOBODY = 0xffff_fffe;

/** Each is used where the scenario says so, and must be a function of what the view shows, or results are not repeatable. */
export interface Policy {
  /** `dispatch: policy`: which of the `active` vCPUs gets the task, 0 … active - 1. */
  readonly dispatch?: (view: HostView, vm: number, active: number) => number;
  /** `stealing: { victim: policy }`: whose queue vCPU `vcpu` looks into first; the others follow in order. */
  readonly firstVictim?: (view: HostView, vm: number, vcpu: number) => number;
  /** `signal: policy`: how many more cores the VM should get in this round of the arbiter; asked while tasks wait in it. */
  readonly coresWanted?: (view: HostView, vm: number) => number;
  /**
   * `signal: policy`, for each core that the VM is to get while none is idle: the VM that loses one, of which it may take some
   * (`view.takeable`; else it gets none), BY_RULE for the host's own rule, or NOBODY.
   */
  readonly victim?: (view: HostView, vm: number) => number;
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
export const ASKED_BY = {
  dispatch: 'vms[].dispatch: policy',
  firstVictim: 'vms[].stealing: { victim: policy }',
  coresWanted: 'mechanism: { signal: policy }',
  victim: 'mechanism: { signal: policy }',
  keepFor: 'lifecycle: { keepAlive: { policy: policy } }',
  worth: 'lifecycle: { keepAlive: { policy: policy } }',
} as const satisfies Record<keyof Policy, string>;

/** The name of a decision. */
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

/** In which way a policy failed: it answered, or looked at, what is not there; in Wasm it
 * trapped, ran out of fuel, grew its memory; before a judge it did not come back. */
export type PolicyFault = 'answer' | 'view' | 'trap' | 'fuel' | 'memory' | 'time';

/** A policy answered something that cannot be meant, or failed. */
export class PolicyError extends Error {
  /** Tells it from other errors. */
  override readonly name = 'PolicyError';
  constructor(
    message: string,
    /** In which way. */
    readonly fault: PolicyFault = 'answer',
  ) {
    super(message);
  }
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
    throw new PolicyError(`view.${method}: given ${what} ${given}, expected ${expected}`, 'view');
  };
  const ofVm =
    (method: string, name = method) =>
    (vm: number) => {
      if (vm >>> 0 !== vm || vm >= most.length) refuse(method, 'vm', vm, most.length);
      return core[name]!(vm);
    };
  const active = ofVm('activeVcpus');
  const checkPlace = (method: string, vm: number, place: number): void => {
    if (vm >>> 0 !== vm || vm >= most.length) refuse(method, 'vm', vm, most.length);
    const count = vm === dispatchVm ? dispatchActive : active(vm);
    if (place >>> 0 !== place || place >= count) refuse(method, 'place', place, count);
  };
  const checkVcpu = (method: string, vm: number, vcpu: number): void => {
    if (vm >>> 0 !== vm || vm >= most.length) refuse(method, 'vm', vm, most.length);
    const count = most[vm]!;
    if (vcpu >>> 0 !== vcpu || vcpu >= count) refuse(method, 'vcpu', vcpu, count);
  };
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
      checkPlace('activeLoad', vm, place);
      return core['activeLoad']!(vm, place);
    },
    activeVcpu(vm, place) {
      checkPlace('activeVcpu', vm, place);
      return core['activeVcpu']!(vm, place);
    },
    searching(vm, vcpu) {
      checkVcpu('searching', vm, vcpu);
      return core['searching']!(vm, vcpu);
    },
    queueLength(vm, vcpu) {
      checkVcpu('queueLength', vm, vcpu);
      return core['queueLength']!(vm, vcpu);
    },
    get vms() {
      return core['vmCount']!();
    },
    get cores() {
      return core['coreCount']!();
    },
    guarantee: ofVm('guarantee'),
    vcpus: ofVm('vcpus', 'mostVcpus'),
    latencyCritical: ofVm('latencyCritical', 'classOf'),
    priority: ofVm('priority'),
    takeable(vm, from) {
      if (vm >>> 0 !== vm || vm >= most.length) refuse('takeable', 'vm', vm, most.length);
      if (from >>> 0 !== from || from >= most.length) refuse('takeable', 'from', from, most.length);
      return core['takeable']!(vm, from);
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
      victim: (vm) => asked('victim', () => policy.victim!(view, vm)),
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
  victim(vm: number): number;
  keepFor(fn: number, uses: number, instances: number, lastStartNs: number): number;
  worth(fn: number, uses: number, instances: number, lastStartNs: number): number;
}
