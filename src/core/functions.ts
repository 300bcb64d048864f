// The functions of a scenario, read and laid out; and what happens where more of their instances run than there are VMs for.

import { readLifecycle } from '../lifecycle/read.js';
import type { LifecycleSpec } from '../lifecycle/spec.js';
import { laidFunctions, type LaidFunctions } from '../lifecycle/words.js';
import type { Scenario } from '../scenario/types.js';
import type { TraceHost } from '../workload/text-source.js';
import { InputError, show } from '../input/errors.js';
import type { Policy } from '../policy.js';
import { LimitError } from './errors.js';
import { FILES_EXPECTED } from './inputs.js';
import { isPackaged } from './load.js';

interface Given {
  readonly lifecycle?: LifecycleSpec | undefined;
  readonly files?: TraceHost | undefined;
  readonly functionVms?: number | undefined;
  readonly policy?: Policy | undefined;
  readonly module?: WebAssembly.Module | undefined;
}

const NO_FILES: TraceHost = {
  open: (file) => Promise.reject(new InputError({ path: 'functions', given: show(file), expected: FILES_EXPECTED })),
};

/** A keep-alive of one's own that nobody gives: the package's core would keep everything for good, and say nothing. */
function checkKeeps(kind: LifecycleSpec['keepAlive']['policy'] | undefined, { policy, module }: Given): void {
  if (kind !== 'policy' || policy?.keepFor !== undefined || policy?.worth !== undefined || !isPackaged(module)) return;
  throw new InputError({
    path: 'lifecycle.keepAlive',
    given: policy === undefined ? 'policy, and no policy' : 'policy, and a policy without keepFor and worth',
    expected:
      'options.policy (--policy FILE) with keepFor, or with worth where all are kept for good, or a core with one of them ' +
      'compiled in (--core FILE)',
  });
}

/** Undefined where there are none. `slots`: as many VMs of each class as there were. */
export async function layFunctions(
  scenario: Scenario,
  given: Given,
  slots = given.functionVms,
): Promise<LaidFunctions | undefined> {
  const { lifecycle, files = NO_FILES } = given;
  checkKeeps((lifecycle ?? scenario.lifecycle)?.keepAlive.policy, given);
  if (lifecycle !== undefined) return laidFunctions(lifecycle, slots);
  if (scenario.functions === undefined) return undefined;
  const { spec, notes, drawn } = await readLifecycle(scenario, files);
  const unheard =
    'lifecycle.proactive: no width of two or more is announced (functions.width), so that it changes nothing';
  const silent = spec.proactive && (scenario.functions.generated?.width ?? 1) === 1;
  const told = [...notes.map(({ detail }) => detail), ...(silent ? [unheard] : [])];
  return { ...laidFunctions(spec, slots), notes: told, drawn };
}

/**
 * Twice as many VMs.
 *
 * @throws LimitError where the run cannot be repeated from its beginning
 */
export function moreSlots(laid: LaidFunctions, once: boolean): LaidFunctions {
  const { slots } = laid;
  if (once)
    throw new LimitError(
      'functions',
      slots,
      `functions: more than ${slots} instances run at once, and a run with a timeline, injected arrivals or a snapshot before cannot be laid out anew; run it without, or lay more out (options.functionVms)`,
    );
  return { ...laid, slots: 2 * slots };
}
