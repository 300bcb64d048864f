// Who makes the runs of a policy that nobody trusts: threads of their own, one run each at a time. One that does not come back is ended
// with its run, which has failed; whatever else it did went no further than its thread.

import { availableParallelism } from 'node:os';
import { Worker, parentPort, workerData } from 'node:worker_threads';
import { LimitError } from '../core/errors.js';
import { InputError, type Problem } from '../input/errors.js';
import { fuelled } from '../abi/fuel.js';
import { instantiatePolicy, type PolicyModule } from '../abi/policy.js';
import { judgeHere } from '../judge/api.js';
import { checkPolicy, type Conformance, endedConformance, isStateless } from '../judge/conformance.js';
import type { JudgeCrew } from '../judge/judge.js';
import { type Worst, worstOf } from '../judge/worst.js';
import { decisionsOf, PolicyError, type PolicyFault, type PolicyName } from '../policy.js';
import type { Result } from '../result/result.js';
import type { Scenario } from '../scenario/types.js';
import { LostRunError, runOn, type RunRow } from '../study/runs.js';
import { Study } from '../study/study.js';
import { compiledApart, compiledHere } from './compile-apart.js';
import { type Setup, createOn } from './tools.js';

/** By which the program knows that it is such a thread (main.ts). */
const JUDGE_KIND = 'fluxhost judge';

interface Shared {
  readonly kind: typeof JUDGE_KIND;
  readonly setup: Setup;
}

/** A policy's file: Wasm, or AssemblyScript that is compiled first. */
export interface PolicyFile {
  readonly bytes: Uint8Array;
  readonly file: string;
  readonly fuel: number;
}

type Job =
  | { readonly kind: 'load' }
  | ({ readonly kind: 'prepare' } & PolicyFile)
  | ({ readonly kind: 'check' } & PolicyFile)
  | { readonly kind: 'run'; readonly scenario: Scenario; readonly label: string }
  | { readonly kind: 'worst'; readonly scenario: Scenario; readonly name: string; readonly timeline: boolean };

interface WorstFound {
  readonly worst: Worst | null;
  readonly timeline: readonly Uint8Array[];
}

/** A policy that has been loaded once. */
export interface Loaded {
  readonly decisions: readonly PolicyName[];
  /** As in JudgeResult. */
  readonly stateless: boolean | null;
}

/** With its fuel counted. */
type Prepared = Pick<PolicyModule, 'module' | 'decisions'>;

type Answer =
  | { readonly loaded: Loaded }
  | { readonly prepared: Prepared }
  | { readonly conformance: Conformance }
  | { readonly row: RunRow }
  | { readonly found: WorstFound }
  | { readonly fault: PolicyFault; readonly message: string }
  | { readonly problems: readonly Problem[] }
  | { readonly error: string };

/** @throws InputError, PolicyError for one that is none, or that fails before it is asked */
async function load({ script, policy }: Setup): Promise<Loaded> {
  if (script !== undefined) {
    const { scriptPolicy } = await import('./script-policy.js');
    return { decisions: decisionsOf(await scriptPolicy(script)), stateless: null };
  }
  if (policy === undefined) return { decisions: [], stateless: null };
  instantiatePolicy(policy);
  return { decisions: policy.decisions, stateless: await isStateless(policy) };
}

const firstLine = (error: unknown): string =>
  error instanceof Error ? error.message.split('\n')[0]! : 'something that is no error';

async function prepare({ bytes, fuel, file }: PolicyFile): Promise<Prepared> {
  const { module, decisions } = await fuelled(bytes, fuel, file);
  return { module, decisions };
}

const isSource = ({ file }: PolicyFile): boolean => file.endsWith('.ts');
const sourceOf = ({ bytes, file }: PolicyFile) => ({ source: new TextDecoder().decode(bytes), file });

async function answered(job: Job, setup: Setup): Promise<Answer> {
  const create = (scenario: Scenario) => createOn(setup, scenario, '');
  try {
    if (job.kind === 'load') return { loaded: await load(setup) };
    if (job.kind === 'prepare') return { prepared: await prepare(job) };
    if (job.kind === 'check') return { conformance: await checkPolicy(job.bytes, job.fuel) };
    if (job.kind === 'run') {
      const row = await runOn(new Study({ create }), { scenario: job.scenario, buckets: false }, job.label);
      return { row: row! };
    }
    const timeline: Uint8Array[] = [];
    const sink = job.timeline ? (bytes: Uint8Array): void => void timeline.push(bytes.slice()) : undefined;
    return { found: { worst: await worstOf(job.name, () => create(job.scenario), sink), timeline } };
  } catch (error) {
    if (error instanceof PolicyError) return { fault: error.fault, message: error.message };
    if (error instanceof InputError) return { problems: error.problems };
    return { error: firstLine(error) };
  }
}

/** A job's number: a policy in JavaScript reaches the thread's port, too, and what it says there is no answer. */
interface Numbered<T> {
  readonly number: number;
  readonly of: T;
}

const isNumbered = (value: unknown, number: number): value is Numbered<Answer> =>
  typeof value === 'object' && value !== null && 'number' in value && value.number === number && 'of' in value;

/** The thread's side. */
export function serveJudge(): void {
  const { setup } = workerData as Shared;
  parentPort!.on('message', ({ number, of }: Numbered<Job>) => {
    const answer = (one: Answer): void => parentPort!.postMessage({ number, of: one } satisfies Numbered<Answer>);
    void answered(of, setup).then(answer);
  });
}

/** Of a thread's JavaScript: the compiler takes some 200 for a policy of a page. */
const MOST_HEAP_MB = 1024;

/** A run that was ended with the judging. */
const ENDED = Symbol('ended');

/** Threads, as many as there are runs at once; those that hang are ended and started anew. */
class JudgePool implements JudgeCrew {
  private readonly free: Worker[] = [];
  private readonly all = new Set<Worker>();
  /** Of each job that is under way: it ends now. No promise for all of them, whose reactions would keep every answer. */
  private readonly stops = new Set<() => void>();
  private closed = false;
  private jobs = 0;

  constructor(
    private readonly program: URL,
    readonly width: number,
    private readonly setup: Setup,
    private readonly timeoutMs: number,
    private readonly sink?: (bytes: Uint8Array) => void,
    readonly onRows?: (done: number, all: number) => void,
  ) {}

  private worker(): Worker {
    const free = this.free.pop();
    if (free !== undefined) return free;
    const shared: Shared = { kind: JUDGE_KIND, setup: this.setup };
    const worker = new Worker(this.program, {
      workerData: shared,
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
    });
    this.all.add(worker);
    return worker;
  }

  private end(worker: Worker): void {
    this.all.delete(worker);
    worker.on('error', () => undefined); // nobody waits for it any more
    void worker.terminate();
  }

  private async ask(job: Job): Promise<Answer | typeof ENDED> {
    if (this.closed) return ENDED;
    const worker = this.worker();
    let timer: NodeJS.Timeout | undefined;
    let lost = false;
    let forget: () => void = () => undefined;
    const told = new Promise<Answer | typeof ENDED>((resolve) => {
      const stop = (): void => resolve(ENDED);
      const lose = (fault: PolicyFault, message: string): void => {
        lost = true;
        resolve({ fault, message });
      };
      const onError = (error: Error): void => lose('trap', `policy: ended its thread (${error.message})`);
      const onExit = (): void => lose('trap', 'policy: ended its thread');
      const number = ++this.jobs;
      const onMessage = (said: unknown): void => {
        if (isNumbered(said, number)) resolve(said.of);
      };
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      this.stops.add(stop);
      forget = () => {
        this.stops.delete(stop);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      };
      const late = `policy: did not come back within ${this.timeoutMs / 1000} s`;
      timer = setTimeout(() => lose('time', late), this.timeoutMs);
      worker.postMessage({ number, of: job } satisfies Numbered<Job>);
    });
    const answer = await told;
    clearTimeout(timer);
    forget();
    if (answer === ENDED || lost) this.end(worker);
    else this.free.push(worker);
    return answer;
  }

  async load(): Promise<Loaded> {
    const answer = await this.ask({ kind: 'load' });
    return answer !== ENDED && 'loaded' in answer ? answer.loaded : refused(answer);
  }

  private async wasmOf(policy: PolicyFile): Promise<PolicyFile> {
    if (!isSource(policy)) return policy;
    let stop: () => void = () => undefined;
    const begun = (end: () => void): void => void this.stops.add((stop = end));
    try {
      return { ...policy, bytes: await compiledApart(this.program, sourceOf(policy), this.timeoutMs, begun) };
    } finally {
      this.stops.delete(stop);
    }
  }

  /** @throws PolicyError where it did not come back, InputError for what is no policy */
  async prepare(policy: PolicyFile): Promise<Prepared> {
    const answer = await this.ask({ kind: 'prepare', ...(await this.wasmOf(policy)) });
    return answer !== ENDED && 'prepared' in answer ? answer.prepared : refused(answer);
  }

  async check(policy: PolicyFile): Promise<Conformance> {
    const wasm = await this.wasmOf(policy).catch((error: unknown) => {
      if (!(error instanceof PolicyError)) throw error;
      return error;
    });
    if (wasm instanceof PolicyError) return endedConformance(wasm.message);
    const answer = await this.ask({ kind: 'check', ...wasm });
    if (answer !== ENDED && 'conformance' in answer) return answer.conformance;
    if (answer !== ENDED && 'fault' in answer) return endedConformance(answer.message);
    return refused(answer);
  }

  async run(scenario: Scenario, label: string): Promise<Result | null> {
    const answer = await this.ask({ kind: 'run', scenario, label });
    if (answer === ENDED) return null;
    if (!('row' in answer)) return refused(answer);
    const { row } = answer;
    if ('result' in row) return row.result;
    if ('limit' in row) throw new LimitError(row.limit.field, row.limit.value, row.limit.message);
    if ('error' in row) throw new PolicyError(`policy: threw (${row.error})`, 'trap');
    throw new LostRunError('the run was lost');
  }

  async worst(name: string, scenario: Scenario): Promise<Worst | null> {
    const answer = await this.ask({ kind: 'worst', scenario, name, timeline: this.sink !== undefined });
    if (answer === ENDED) return null;
    if (!('found' in answer)) return refused(answer);
    for (const piece of answer.found.timeline) this.sink?.(piece);
    return answer.found.worst;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const stop of this.stops) stop();
    await Promise.all([...this.all].map((worker) => worker.terminate()));
  }
}

/** @throws PolicyError, InputError: what was answered instead */
function refused(answer: Answer | typeof ENDED): never {
  if (answer !== ENDED && 'fault' in answer) throw new PolicyError(answer.message, answer.fault);
  if (answer !== ENDED && 'problems' in answer) throw new InputError([...answer.problems]);
  if (answer !== ENDED && 'error' in answer) throw new PolicyError(`policy: threw (${answer.error})`, 'trap');
  throw new Error('interrupted');
}

export interface JudgeThreads {
  readonly workers?: number | undefined;
  readonly timeoutMs: number;
  readonly sink?: ((bytes: Uint8Array) => void) | undefined;
  readonly onRows?: ((done: number, all: number) => void) | undefined;
}

export interface ClosableCrew extends JudgeCrew {
  readonly load: () => Promise<Loaded>;
  readonly prepare: (policy: PolicyFile) => Promise<Prepared>;
  readonly check: (policy: PolicyFile) => Promise<Conformance>;
  readonly close: () => Promise<void>;
}

/** Threads where the program can be started as one, else this one. */
export function judgeCrew(program: URL | undefined, setup: Setup, how: JudgeThreads): ClosableCrew {
  const { workers = availableParallelism(), timeoutMs, sink, onRows } = how;
  if (program !== undefined) return new JudgePool(program, workers, setup, timeoutMs, sink, onRows);
  const here = judgeHere((scenario) => createOn(setup, scenario, ''), sink);
  const wasmHere = async (one: PolicyFile): Promise<PolicyFile> =>
    isSource(one) ? { ...one, bytes: await compiledHere(sourceOf(one)) } : one;
  const check = async (one: PolicyFile) => checkPolicy((await wasmHere(one)).bytes, one.fuel);
  return {
    ...here,
    load: () => load(setup),
    prepare: async (one) => prepare(await wasmHere(one)),
    check,
    close: () => Promise.resolve(),
  };
}
