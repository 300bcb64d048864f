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
import { CHUNK_MS } from '../study/engine.js';
import {
  alone,
  crewOf,
  EngineMaker,
  type RunChunk,
  type RunRow,
  RunSimulator,
  runOn,
  type RunTask,
} from '../study/runs.js';
import { serveWith, WebWorkers } from '../study/web-workers.js';
import { sweepAll, type SweepResult } from '../study/sweep.js';
import { variantsOf } from '../study/variant.js';
import { beyondLimits } from './limits.js';
import type { Ask } from './protocol.js';

/** The page and its own worker go on beside them. */
const workersHere = (): number => Math.max(1, Math.min(MOST_WORKERS, navigator.hardwareConcurrency - 1));
const MOST_WORKERS = 4;
/** The same script as this worker's (worker.ts). */
const openWorker = (): Worker => new Worker(location.href, { type: 'module' });

/** Runs that are kept. */
const MOST_KEPT = 2000;

export class Sweeper {
  private readonly kept = new Map<string, Result>();
  /** Simulations made so far: what was taken from the kept ones is not counted. */
  runs = 0;
  /** Absent where no workers can be started: in Node, and in browsers whose workers start none. */
  private readonly workers = typeof Worker === 'undefined' ? undefined : new WebWorkers(openWorker, workersHere());

  async sweep(ask: Extract<Ask, { ask: 'sweep' }>, module: WebAssembly.Module): Promise<SweepResult> {
    const { text, file, set, foreign, vary, mechanisms, replications } = ask;
    const { scenario: base } = parseScenario(text, { file, set });
    const held = Object.fromEntries(ask.files.map(({ name, bytes }) => [name, bytes]));
    const files = memoryHost(held);
    const study = new Study({ create: (scenario) => Simulation.create(scenario, { module, files }) });
    const engine = this.workers?.engine<RunChunk, RunRow>({ kind: 'runs' }, { module, files: held });
    const again = (task: RunTask, label: string) => runOn(study, task, label);
    const crew = engine === undefined ? alone(study) : crewOf(new EngineMaker(engine, CHUNK_MS, again), false);
    const run = async (scenario: Scenario, label: string): Promise<Result | null> => {
      const key = toStableJson(scenario);
      const known = this.kept.get(key);
      if (known !== undefined) return known;
      // an axis may go beyond what the scenario itself asks for
      const problems = foreign ? beyondLimits(scenario) : [];
      if (problems.length > 0) throw new InputError(problems.map((problem) => ({ file, ...problem })));
      this.runs++;
      const result = await crew.run(scenario, label);
      if (this.kept.size >= MOST_KEPT) this.kept.clear();
      if (result !== null) this.kept.set(key, result);
      return result;
    };
    const question = { axes: parseAxes(vary), variants: variantsOf(mechanisms), replications };
    return sweepAll(base, question, { width: crew.width, run });
  }
}

/** The other side, in a worker of a sweep: takes messages, answers by `post`. */
export function serveRuns(post: (said: unknown) => void): (data: unknown) => void {
  let take: (event: MessageEvent) => void = () => undefined;
  const scope = {
    postMessage: post,
    addEventListener: (_: 'message', listener: typeof take) => void (take = listener),
  };
  serveWith(scope, (_, options) => {
    const simulator = new RunSimulator((scenario) => Simulation.create(scenario, options));
    return (chunk) => simulator.run(chunk as RunChunk);
  });
  return (data) => take(new MessageEvent('message', { data }));
}
