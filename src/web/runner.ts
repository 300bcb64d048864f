// What the worker does, without the worker: loads a scenario, runs one or two futures of it in slices, answers what the page
// asks. It runs in Node as well, where tests compare it with the library.

// not from the index: whatever it names would be part of the first load
import { compileMemoryCore } from '../core/load.js';
import { InputError } from '../input/errors.js';
import { toStableJson } from '../result/json.js';
import { figuresSha256, pageSha256 } from '../result/same.js';
import { MECHANISM_KINDS } from '../scenario/mechanisms.js';
import { parseScenario, type ParsedScenario } from '../scenario/parse.js';
import type { Scenario } from '../scenario/types.js';
import { withFields } from '../scenario/written.js';
import { Simulation } from '../simulation.js';
import { memoryHost } from '../workload/text-source.js';
import { explain } from './explain.js';
import { lookOf } from './folded.js';
import { drawnAs, Future } from './future.js';
import { keptOf } from './kept.js';
import { beyondLimits, MOST_MEMORY_BYTES } from './limits.js';
import type { About, Advanced, Answer, Ask, Columns, MoveSeen } from './protocol.js';
import { ratesOf } from './rates.js';
import type { Sweeper } from './sweeping.js';
import { unfinishedWords } from './words.js';

/** Columns of one answer, and moves that it tells. */
const MOST_COLUMNS = 2000;
const MOST_MOVES = 100;

type Load = Extract<Ask, { ask: 'load' }>;
type Advance = Extract<Ask, { ask: 'advance' }>;

/** Of the scenario's own VMs. */
const quantilesOf = ({ vms }: Scenario): number[] =>
  vms.flatMap(({ count, slo }) => new Array<number>(count).fill(slo?.quantile ?? 0.99));

function aboutOf(simulation: Simulation, warnings: readonly string[]): About {
  const { scenario, endNs } = simulation;
  const look = lookOf(simulation);
  const kindOf = scenario.vms.flatMap((group) => Array.from({ length: group.count }, () => group));
  return {
    vms: look.vms.map(({ name }, i) => {
      const group = kindOf[i];
      if (group === undefined) return { name, kind: 'best-effort', least: 0, most: look.cores.length, slo: null }; // functions
      const { class: kind, vcpus, slo = null } = group;
      return { name, kind, least: vcpus.min, most: vcpus.max, slo };
    }),
    cores: look.cores.length,
    polling: scenario.host.cores - look.cores.length,
    kept: keptOf(scenario, look.cores.length),
    hostCores: scenario.host.cores,
    endNs,
    warmupNs: scenario.warmupNs,
    mechanism: scenario.mechanism.kind,
    mechanisms: MECHANISM_KINDS,
    rates: ratesOf(scenario),
    warnings,
  };
}

/** @throws InputError, also for what goes beyond the limits where those hold */
function scenarioOf({
  text,
  file,
  set = [],
  foreign,
}: Pick<Load, 'text' | 'file' | 'foreign'> & Partial<Pick<Load, 'set'>>): ParsedScenario {
  const parsed = parseScenario(text, { file, set });
  const problems = foreign ? beyondLimits(parsed.scenario) : [];
  if (problems.length > 0) throw new InputError(problems.map((problem) => ({ file, ...problem })));
  return parsed;
}

export class Runner {
  private futures: Future[] = [];
  private foreign = false;
  private files = memoryHost({});
  private sweeper: Sweeper | undefined;

  constructor(
    private readonly compile: () => Promise<WebAssembly.Module>,
    private readonly compileMemory: () => Promise<WebAssembly.Module> = compileMemoryCore,
  ) {}

  /** Never throws: what went wrong is an answer. */
  async answer(ask: Ask): Promise<Answer> {
    try {
      return await this.answerTo(ask);
    } catch (error) {
      if (error instanceof InputError)
        return {
          answer: 'refused',
          lines: error.message.split('\n'),
          places: error.problems.map(({ line }) => line ?? null),
          paths: error.problems.map(({ path }) => path),
        };
      return { answer: 'failed', line: error instanceof Error ? error.message : String(error) };
    }
  }

  private async answerTo(ask: Ask): Promise<Answer> {
    switch (ask.ask) {
      case 'load':
        return this.load(ask);
      case 'advance':
        return this.advance(ask);
      case 'check':
        scenarioOf(ask);
        return { answer: 'checked' };
      case 'schema': {
        const { scenarioSchema } = await import('./scenario-schema.js');
        return { answer: 'schema', schema: scenarioSchema() };
      }
      case 'sweep': {
        this.sweeper ??= new (await import('./sweeping.js')).Sweeper();
        const result = await this.sweeper.sweep(ask, await this.compile());
        return { answer: 'swept', result, runs: this.sweeper.runs };
      }
      case 'lesson': {
        const { taught } = await import('./teaching.js');
        return { answer: 'lesson', ...(await taught(ask, await this.compile())) };
      }
      case 'curve': {
        const { missRatioCurve } = await import('../pages/api.js');
        const { file, format, samplingRate } = ask;
        const files = memoryHost({ [file.name]: file.bytes });
        const module = await this.compileMemory();
        // reads and writes miss alike under LRU: whatever a column calls them is not asked for
        const columns = format === 'csv' ? { writeColumn: 'none' } : {};
        const options = { files, format, samplingRate, module, ...columns };
        return { answer: 'curve', curve: await missRatioCurve(file.name, options) };
      }
      case 'pages': {
        const { answerPages } = await import('../pages/answer.js');
        const files = memoryHost({ [ask.question.trace]: ask.file.bytes });
        const result = await answerPages(ask.question, files, await this.compileMemory());
        return { answer: 'paged', result, sha256: figuresSha256(result) };
      }
      case 'timeline': {
        const { timelineOf } = await import('./timeline.js');
        return { answer: 'timeline', ...(await timelineOf(this.future(ask.future), ask.fromNs, ask.untilNs)) };
      }
      case 'step':
        return this.step();
      case 'fork':
        return this.fork(ask.set);
      case 'beside':
        return this.beside(ask.set);
      case 'unfork':
        this.futures.splice(1).forEach((future) => future.close());
        return { answer: 'unforked' };
      case 'explain':
        return { answer: 'explained', explanation: await explain(this.future(ask.future), ask.core, ask.atNs) };
      case 'result': {
        const result = this.future(ask.future).simulation.metrics();
        return { answer: 'result', json: toStableJson(result), sha256: pageSha256(result) };
      }
      case 'report': {
        const [{ pageOf }, parts] = await Promise.all([
          import('../report/html/html.js'),
          import('../generated/report-page.js'), // a load of its own
        ]);
        const { simulation } = this.future(ask.future);
        const result = simulation.metrics({ histograms: true }); // its curves are drawn, not written
        const unfinished = result.incomplete === true ? { unfinished: unfinishedWords(simulation) } : {};
        const context = { command: ask.command, by: 'the live page', ...unfinished };
        return { answer: 'report', html: pageOf(result, context, parts) };
      }
    }
  }

  private future(index: number): Future {
    const future = this.futures[index];
    if (future === undefined) throw new Error('nothing is loaded');
    return future;
  }

  private async load({ text, file, set, foreign, files }: Load): Promise<Answer> {
    const { scenario, warnings } = scenarioOf({ text, file, set, foreign });
    const held = memoryHost(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])));
    const simulation = await Simulation.create(scenario, { module: await this.compile(), files: held });
    this.files = held;
    this.futures.forEach((future) => future.close());
    const about = aboutOf(simulation, warnings);
    this.futures = [new Future(simulation, quantilesOf(scenario))];
    this.foreign = foreign;
    return { answer: 'loaded', about };
  }

  private async advance({ toNs, columnNs, budgetMs, point }: Advance): Promise<Advanced> {
    const first = this.future(0).simulation;
    const stop = performance.now() + budgetMs;
    const endNs = Math.min(...this.futures.map(({ simulation }) => simulation.endNs));
    const record = new Recording(this.futures);
    for (let columns = 0; columns < MOST_COLUMNS; columns++) {
      const { nowNs } = first;
      // the first was here when time was up, and the second is not yet
      const behind = this.futures.some(({ simulation }) => simulation.nowNs < nowNs);
      if (!behind && nowNs >= Math.min(toNs, endNs)) break;
      const column = Math.min((Math.floor(nowNs / columnNs) + 1) * columnNs, endNs, Math.max(toNs, nowNs + 1));
      if (!(await this.advanceTo(behind ? nowNs : column, record, stop))) break;
      record.column();
      if (performance.now() >= stop) break;
    }
    return this.told(record, point);
  }

  /** All futures, one after another; whether there was time for it. */
  private async advanceTo(toNs: number, { moves }: Recording, stop: number): Promise<boolean> {
    for (const [i, future] of this.futures.entries()) if (!(await future.advance(toNs, moves[i]!, stop))) return false;
    return true;
  }

  private async step(): Promise<Advanced> {
    const record = new Recording(this.futures);
    const [first, second] = this.futures;
    if (first !== undefined && !first.simulation.done) {
      await first.step(record.moves[0]!);
      // the other future comes along to the same instant
      if (second !== undefined)
        await second.advance(Math.max(first.simulation.nowNs, second.simulation.nowNs), record.moves[1]!);
      record.column();
    }
    return this.told(record, false);
  }

  private told(record: Recording, point: boolean): Advanced {
    const bytes = this.futures.reduce((sum, { simulation }) => sum + simulation.memoryBytes, 0);
    if (this.foreign && bytes > MOST_MEMORY_BYTES)
      throw new Error(
        `stopped: a scenario from a link may take ${MOST_MEMORY_BYTES / 2 ** 20} MiB, and this one has ${Math.round(bytes / 2 ** 20)}`,
      );
    const [first] = this.futures;
    const done = this.futures.every(({ simulation }) => simulation.done);
    return {
      answer: 'advanced',
      nowNs: first?.simulation.nowNs ?? 0,
      done,
      timeNs: Float64Array.from(record.timeNs),
      futures: this.futures.map((future, i) =>
        record.columnsOf(i, future, (point && record.timeNs.length > 0) || done),
      ),
      memoryBytes: bytes,
    };
  }

  private async fork(set: readonly string[]): Promise<Answer> {
    // once there are two, what is changed is the second
    const base = (this.futures[1] ?? this.future(0)).simulation;
    const scenario: Scenario = withFields(base.scenario, set);
    if (this.futures.length === 1) this.future(0).markFork();
    const twin = await (this.futures[1] ?? this.future(0)).fork(scenario);
    return this.second(twin);
  }

  private async beside(set: readonly string[]): Promise<Answer> {
    const { simulation } = this.future(0);
    const scenario = withFields(simulation.scenario, set);
    const other = await Simulation.create(scenario, { module: await this.compile(), files: this.files });
    const twin = this.future(0).beside(other);
    await twin.advance(simulation.nowNs, []);
    return this.second(twin);
  }

  private second(twin: Future): Answer {
    this.futures.splice(1, 1, twin).forEach((future) => future.close());
    const { nowNs, scenario } = twin.simulation;
    const coreCount = twin.look.cores.length;
    return { answer: 'forked', atNs: nowNs, mechanism: scenario.mechanism.kind, coreCount };
  }
}

/** Columns as they come, of every future. */
class Recording {
  readonly timeNs: number[] = [];
  readonly moves: MoveSeen[][];
  private readonly cores: number[][];
  private readonly waiting: number[][];
  private readonly held: number[][];

  constructor(private readonly futures: readonly Future[]) {
    this.moves = futures.map(() => []);
    this.cores = futures.map(() => []);
    this.waiting = futures.map(() => []);
    this.held = futures.map(() => []);
  }

  column(): void {
    this.timeNs.push(this.futures[0]!.look.timeNs);
    this.futures.forEach(({ look }, i) => {
      for (const core of look.cores) this.cores[i]!.push(drawnAs(core));
      for (const { waiting, held } of look.vms) {
        this.waiting[i]!.push(waiting);
        this.held[i]!.push(held);
      }
    });
  }

  columnsOf(index: number, future: Future, point: boolean): Columns {
    const moves = this.moves[index]!;
    const { look, simulation } = future;
    const read = point ? future.latencies() : undefined;
    return {
      coreCount: look.cores.length,
      cores: Uint32Array.from(this.cores[index]!),
      waiting: Uint32Array.from(this.waiting[index]!),
      held: Uint32Array.from(this.held[index]!),
      moves: moves.slice(-MOST_MOVES),
      movesLeftOut: Math.max(0, moves.length - MOST_MOVES),
      mechanism: simulation.scenario.mechanism.kind,
      events: look.events,
      lastEvent: look.lastEvent,
      latencyNs: read?.since ?? null,
      overallNs: read?.overall ?? null,
      completed: read?.completed ?? null,
    };
  }
}
