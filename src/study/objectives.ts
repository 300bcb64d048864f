// What `size` wants to hold: SLOs and assertions, judged on a result. An objective without data (no request came to judge by) counts
// neither as met nor as missed: the others decide, and where there is no other nothing is met.

import type { Result, VmResult } from '../result/result.js';
import { time } from '../result/time.js';
import { evaluateAssertion } from '../input/assert.js';
import { InputError, show } from '../input/errors.js';
import type { Scenario } from '../scenario/types.js';

const SLO = /^(?:vms\.)?([A-Za-z][A-Za-z0-9_-]*)\.slo$/;

/** `api.slo` means that it is attained. */
const asAssertion = (objective: string): string =>
  SLO.test(objective.trim()) ? `${objective.trim()}.attained` : objective;

/** The same refusal, of what was asked and not of what was made of it. */
export function named(error: unknown, name: (file: string) => string): unknown {
  if (!(error instanceof InputError)) return error;
  return new InputError(error.problems.map((problem) => ({ ...problem, file: name(problem.file ?? '') })));
}

/** What came of the objectives in one run. */
export interface Judgement {
  /** Whether every objective with data is met, and some objective has any. */
  readonly met: boolean;
  /** Objectives without data. */
  readonly silent: readonly string[];
  /** Whether no objective has any data. */
  readonly allSilent: boolean;
  /** Each objective that is missed, with its figure; empty where none is. */
  readonly missed: string;
}

function lateText({ name, slo }: VmResult): string {
  const { quantile, latencyNs, targetNs } = slo!;
  const which = `p${Number((quantile * 100).toPrecision(6))} of ${name}`;
  const is = latencyNs === null ? 'has no figure (too few were answered)' : `is ${time(latencyNs)}`;
  return `${which} ${is}, its target ${time(targetNs)}`;
}

const MOST_TOLD = 3;

interface Verdict {
  readonly objective: string;
  readonly is: boolean | 'no data';
  /** With its figure. */
  readonly text: string;
}

/** The VM's own, or those of the group of that name. */
const membersOf = ({ vms }: Result, name: string): VmResult[] =>
  vms.filter(
    (vm) => vm.name === name || (vm.name.startsWith(`${name}-`) && /^\d+$/.test(vm.name.slice(name.length + 1))),
  );

function verdictOf(objective: string, result: Result): Verdict {
  let found: ReturnType<typeof evaluateAssertion>;
  try {
    found = evaluateAssertion(asAssertion(objective), result);
  } catch (error) {
    throw named(error, () => `--for ${show(objective)}`);
  }
  const { holds, explanation, unknown } = found;
  if (holds) return { objective, is: true, text: '' };
  const words = new Set(objective.match(/[A-Za-z][A-Za-z0-9_-]*/g));
  const about = [...words].flatMap((word) => membersOf(result, word));
  // a request that came and was never completed is data
  if (unknown === true && about.length > 0 && about.every(({ arrived }) => arrived === 0))
    return { objective, is: 'no data', text: '' };
  const slo = SLO.exec(objective.trim())?.[1];
  if (slo === undefined) return { objective, is: false, text: `${objective.trim()} does not hold: ${explanation}` };
  // of a group those judge that have data
  const late = membersOf(result, slo).filter((vm) => vm.slo?.attained === false);
  return { objective, is: late.length === 0, text: late.slice(0, MOST_TOLD).map(lateText).join('; ') };
}

const ofSlos = ({ vms }: Result): Verdict[] =>
  vms.flatMap((vm): Verdict[] => {
    if (vm.slo === null) return [];
    const is = vm.slo.attained ?? 'no data';
    return [{ objective: `${vm.name}.slo`, is, text: is === false ? lateText(vm) : '' }];
  });

/**
 * @param objectives without any, every SLO of the scenario
 * @throws InputError for what is no objective of this result
 */
export function judge(result: Result, objectives: readonly string[]): Judgement {
  const verdicts = objectives.length === 0 ? ofSlos(result) : objectives.map((one) => verdictOf(one, result));
  const silent = verdicts.filter(({ is }) => is === 'no data').map(({ objective }) => objective);
  const missed = verdicts.filter(({ is }) => is === false).map(({ text }) => text);
  const allSilent = verdicts.length > 0 && silent.length === verdicts.length;
  return {
    met: !allSilent && missed.length === 0,
    silent,
    allSilent,
    missed: missed.slice(0, MOST_TOLD).join('; '),
  };
}

/** @throws InputError where neither the question nor the scenario states an objective */
export function checkObjectives(scenario: Scenario, objectives: readonly string[]): void {
  if (objectives.length > 0 || scenario.vms.some((vm) => vm.slo !== undefined)) return;
  throw new InputError({
    path: '--for',
    given: 'nothing, and no VM with an slo',
    expected: "an objective: --for 'api.latency.p99 < 200us', or slo: { quantile: 0.99, latency: 200us } of a VM",
  });
}
