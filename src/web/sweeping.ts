// A sweep that is asked again and again while a range is dragged and refined: each answer is what `sweep` gives for its question, row
// by row. Runs that an earlier question has made are not made again, since a run depends on its scenario alone.

import { toStableJson } from '../result/json.js';
import type { Result } from '../result/result.js';
import { parseScenario } from '../scenario/parse.js';
import type { Scenario } from '../scenario/types.js';
import { Simulation } from '../simulation.js';
import { memoryHost } from '../workload/text-source.js';
import { InputError } from '../input/errors.js';
import { parseAxes } from '../study/axes.js';
import { Study } from '../study/study.js';
import { alone } from '../study/runs.js';
import { sweepAll, type SweepResult } from '../study/sweep.js';
import { variantsOf } from '../study/variant.js';
import { beyondLimits } from './limits.js';
import type { Ask } from './protocol.js';

/** Runs that are kept. */
const MOST_KEPT = 2000;

export class Sweeper {
  private readonly kept = new Map<string, Result>();
  /** Simulations made so far: what was taken from the kept ones is not counted. */
  runs = 0;

  async sweep(ask: Extract<Ask, { ask: 'sweep' }>, module: WebAssembly.Module): Promise<SweepResult> {
    const { text, file, set, foreign, vary, mechanisms, replications } = ask;
    const { scenario: base } = parseScenario(text, { file, set });
    const files = memoryHost(Object.fromEntries(ask.files.map(({ name, bytes }) => [name, bytes])));
    const create = (scenario: Scenario): Promise<Simulation> => {
      // an axis may go beyond what the scenario itself asks for
      const problems = foreign ? beyondLimits(scenario) : [];
      if (problems.length > 0) throw new InputError(problems.map((problem) => ({ file, ...problem })));
      this.runs++;
      return Simulation.create(scenario, { module, files });
    };
    const crew = alone(new Study({ create }));
    const run = async (scenario: Scenario, label: string): Promise<Result | null> => {
      const key = toStableJson(scenario);
      const known = this.kept.get(key);
      if (known !== undefined) return known;
      const result = await crew.run(scenario, label);
      if (this.kept.size >= MOST_KEPT) this.kept.clear();
      if (result !== null) this.kept.set(key, result);
      return result;
    };
    const question = { axes: parseAxes(vary), variants: variantsOf(mechanisms), replications };
    return sweepAll(base, question, { width: 1, run });
  }
}
