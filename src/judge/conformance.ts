// Whether a policy in Wasm keeps to the interface (docs/policy-abi.md): what can be seen of its bytes, and of runs of a small host that
// asks for every decision. Each rule is one line, so that whoever writes a policy sees all at once.

import { argument } from '../input/argument.js';
import { fuelled, DEFAULT_FUEL } from '../abi/fuel.js';
import { FUEL_EXPORT, type PolicyModule, instantiatePolicy } from '../abi/policy.js';
import { LimitError } from '../core/errors.js';
import { InputError } from '../input/errors.js';
import { type Policy, PolicyError, type PolicyName } from '../policy.js';
import { resolveScenario } from '../scenario/resolve.js';
import type { FunctionScenarioInput } from '../scenario/function-input.js';
import type { Scenario } from '../scenario/types.js';
import { Simulation } from '../simulation.js';

/** One rule, and whether it is kept. */
export interface ConformanceRule {
  /** Which. */
  rule: 'interface' | 'start' | 'answers' | 'repeatable' | 'stateless';
  /** Whether it is kept; null: could not be tried, since one above it is broken. */
  kept: boolean | null;
  /** What was found. */
  detail: string;
}

/** What is found of a policy. */
export interface Conformance {
  /** Every rule kept. */
  conforms: boolean;
  /** Which decisions it takes. */
  decisions: PolicyName[];
  /** In the order in which they were tried. */
  rules: ConformanceRule[];
  /** Loop heads and calls that the dearest decision took, and that one may take; null where nothing ran. */
  fuel: {
    /** Of all that were taken. */
    most: number;
    /** That it may. */
    of: number;
  } | null;
}

const exponential = (mean: string) => ({ stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean } }] });

/** A service in bursts and two jobs beside it: more is wanted than is idle, and there is a choice of victims. */
function host(decisions: readonly PolicyName[]): Scenario {
  const asks = (name: PolicyName): boolean => decisions.includes(name);
  const job = (name: string, priority: number) => ({
    name,
    class: 'best-effort' as const,
    priority,
    vcpus: { min: 1, max: 8 },
    workload: { arrivals: { process: 'saturate' as const, tasks: 16 }, request: exponential('100us') },
  });
  return resolveScenario({
    version: 1,
    seed: 16,
    duration: '8ms',
    host: { cores: 13 },
    mechanism: { kind: 'hyperflux', ...(asks('coresWanted') || asks('victim') ? { signal: 'policy' as const } : {}) },
    vms: [
      {
        name: 'api',
        vcpus: { min: 2, max: 10 },
        ...(asks('dispatch') ? { dispatch: 'policy' as const } : {}),
        ...(asks('firstVictim') ? { stealing: { victim: 'policy' as const } } : {}),
        workload: {
          arrivals: { process: 'onoff', onRate: 7e5, offRate: 5e4, meanOn: '1ms', meanOff: '2ms' },
          request: exponential('10us'),
        },
      },
      job('low', 1),
      job('high', 2),
    ],
  });
}

/** Functions that come faster than their memory allows to keep them all. */
function functions(): Scenario {
  const input: FunctionScenarioInput = {
    version: 1,
    seed: 16,
    duration: '120s',
    host: { cores: 8 },
    mechanism: 'hyperflux',
    lifecycle: { memory: '2GiB', keepAlive: { policy: 'policy' } },
    functions: {
      count: 20,
      rate: 2,
      memory: '256MiB',
      init: '300ms',
      service: { dist: 'exponential', mean: '100ms' },
    },
  };
  return resolveScenario(input);
}

const KEEPS: readonly PolicyName[] = ['keepFor', 'worth'];

function scenariosFor(decisions: readonly PolicyName[]): Scenario[] {
  return [
    ...(decisions.some((name) => !KEEPS.includes(name)) ? [host(decisions)] : []),
    ...(decisions.some((name) => KEEPS.includes(name)) ? [functions()] : []),
  ];
}

/** Only the decisions that the scenario asks for: the core is told of no others. */
function answering(policy: Policy, scenario: Scenario): Policy {
  const keeps = scenario.functions !== undefined;
  return Object.fromEntries(Object.entries(policy).filter(([name]) => KEEPS.includes(name as PolicyName) === keeps));
}

interface Tried {
  readonly fingerprint: string;
  /** Taken in the middle. */
  readonly snapshot: Uint8Array;
}

async function tried(scenario: Scenario, policy: Policy): Promise<Tried> {
  const simulation = await Simulation.create(scenario, { policy: answering(policy, scenario) });
  try {
    await simulation.runUntil(simulation.endNs / 2);
    const snapshot = simulation.snapshot();
    await simulation.run();
    return { fingerprint: simulation.metrics().manifest.fingerprint, snapshot };
  } finally {
    simulation.close();
  }
}

async function resumed(scenario: Scenario, snapshot: Uint8Array, policy: Policy): Promise<string> {
  const simulation = await Simulation.restore(snapshot, { policy: answering(policy, scenario) });
  try {
    await simulation.run();
    return simulation.metrics().manifest.fingerprint;
  } finally {
    simulation.close();
  }
}

/** Sees after each decision what is left of its fuel. */
function metered(module: PolicyModule, of: number, most: { fuel: number }): Policy {
  let left: WebAssembly.Global | undefined;
  const policy = instantiatePolicy(module, (exports) => void (left = exports[FUEL_EXPORT] as WebAssembly.Global));
  const entries = Object.entries(policy) as [string, (...given: never[]) => number][];
  return Object.fromEntries(
    entries.map(([name, decide]) => [
      name,
      (...given: never[]): number => {
        const answer = decide(...given);
        most.fuel = Math.max(most.fuel, of - Number(left!.value));
        return answer;
      },
    ]),
  );
}

const RULES = ['interface', 'start', 'answers', 'repeatable', 'stateless'] as const;
const ABOUT: Readonly<Record<ConformanceRule['rule'], string>> = {
  interface: 'imports and exports are those of the interface',
  start: 'starts, and speaks its version',
  answers: 'every decision of two runs was one that there is',
  repeatable: 'two runs took one trajectory',
  stateless: 'a fresh instance went on from a snapshot as the old one did',
};

class Broken extends Error {
  constructor(
    readonly rule: ConformanceRule['rule'],
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** @throws Broken at the first rule that is */
async function tryAll(
  source: Uint8Array,
  fuel: number,
  seen: { decisions: PolicyName[]; most?: { fuel: number } },
): Promise<void> {
  const during = async <T>(rule: ConformanceRule['rule'], work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof InputError || error instanceof PolicyError || error instanceof LimitError)
        throw new Broken(rule, error.message);
      throw error;
    }
  };
  const module = await during('interface', () => fuelled(source, fuel));
  seen.decisions = [...module.decisions];
  await during('start', () => instantiatePolicy(module));
  const most = (seen.most = { fuel: 0 });
  for (const scenario of scenariosFor(module.decisions)) {
    const run = (): Promise<Tried> => tried(scenario, metered(module, fuel, most));
    const first = await during('answers', run);
    const second = await during('answers', run);
    if (first.fingerprint !== second.fingerprint)
      throw new Broken(
        'repeatable',
        `the same host took two trajectories, ${first.fingerprint} and ${second.fingerprint}`,
      );
    const gone = await during('stateless', () => resumed(scenario, first.snapshot, instantiatePolicy(module)));
    if (gone !== first.fingerprint)
      throw new Broken(
        'stateless',
        'keeps something from one decision to the next, which is in no snapshot: forks go another way',
      );
  }
}

/** Whether a snapshot of the middle holds all that it goes by; null where it fails. */
export async function isStateless(module: Pick<PolicyModule, 'module' | 'decisions'>): Promise<boolean | null> {
  try {
    for (const scenario of scenariosFor(module.decisions)) {
      const { fingerprint, snapshot } = await tried(scenario, instantiatePolicy(module));
      if ((await resumed(scenario, snapshot, instantiatePolicy(module))) !== fingerprint) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof PolicyError || error instanceof LimitError) return null;
    throw error;
  }
}

const untried = (rule: ConformanceRule['rule'], broken: ConformanceRule['rule'], detail: string, why: string) =>
  rule === broken ? { rule, kept: false, detail } : { rule, kept: null, detail: why };

/** Of one that was ended while it was tried. */
export const endedConformance = (detail: string): Conformance => ({
  conforms: false,
  decisions: [],
  rules: RULES.map((rule) => untried(rule, 'answers', detail, 'not told: its thread was ended')),
  fuel: null,
});

/** Of one that does not compile. */
export const brokenInterface = (detail: string): Conformance => ({
  conforms: false,
  decisions: [],
  rules: RULES.map((rule) => untried(rule, 'interface', detail, 'not tried')),
  fuel: null,
});

/**
 * Holds a policy in Wasm to the interface.
 *
 *     const { conforms, rules } = await checkPolicy(await readFile('policy.wasm'));
 */
export async function checkPolicy(source: Uint8Array, fuel = DEFAULT_FUEL): Promise<Conformance> {
  argument('policy', source, 'bytes', 'the bytes of a Wasm module');
  const seen: { decisions: PolicyName[]; most?: { fuel: number } } = { decisions: [] };
  let broken: Broken | undefined;
  try {
    await tryAll(source, fuel, seen);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    broken = error;
  }
  const at = broken === undefined ? RULES.length : RULES.indexOf(broken.rule);
  const rules = RULES.map((rule, i): ConformanceRule => {
    if (i < at) return { rule, kept: true, detail: ABOUT[rule] };
    return i === at ? { rule, kept: false, detail: broken!.detail } : { rule, kept: null, detail: 'not tried' };
  });
  const { decisions, most } = seen;
  return {
    conforms: broken === undefined,
    decisions,
    rules,
    fuel: most === undefined ? null : { most: most.fuel, of: fuel },
  };
}
