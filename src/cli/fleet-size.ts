// `fluxhost size` of a fleet: the fewest hosts (or the least value of another whole number) at which every VM has one, or other objectives hold.

import { loadFleet } from '../fleet/file.js';
import { hasVms } from '../fleet/pack.js';
import type { FleetResult } from '../fleet/result.js';
import type { FunctionCalls } from '../fleet/functions.js';
import { callsOf, simulateFleet, vmsOf } from '../fleet/simulate.js';
import type { VmTable } from '../fleet/vms.js';
import type { ChunkContext, ChunkEngine } from '../fleet/work.js';
import { evaluateAssertion } from '../input/assert.js';
import { readDocument } from '../input/document.js';
import { InputError, show } from '../input/errors.js';
import { readText } from '../input/text.js';
import { renderSize } from '../report/size-table.js';
import { toStableJson } from '../result/json.js';
import { replicationSeed } from '../result/replications.js';
import { parseFind } from '../study/ladder.js';
import { leastOf } from '../study/search.js';
import type { SizeResult, SizeTrial } from '../study/size.js';
import { nodeHost } from '../workload/node-file.js';
import type { Arguments } from './args.js';
import { hangMsOf, workersOf } from './crew.js';
import { EXIT } from './exit.js';
import { prepareFolder } from './files.js';
import { byClass, localEngine } from './fleet.js';
import { type Io, lookOf } from './io.js';
import { writeDocument } from './out.js';
import { loadPlacement } from './placement-file.js';
import { REPORT } from './report.js';

const MOST_TIMES = 4;

/** A scenario has a host, a fleet has hosts; what cannot be read is for the scenario's reader to refuse. */
export async function isFleet(path: string): Promise<boolean> {
  try {
    return Array.isArray(readDocument(await readText(path, 'a fleet'), path).value['hosts']);
  } catch {
    return false;
  }
}

/** Without any: every VM has a host, and keeps one; every class with requests to judge by keeps its objective. */
function meets(result: FleetResult, objectives: readonly string[]): boolean {
  if (objectives.length === 0) {
    const { rejected, lost = 0 } = result.packing;
    return rejected === 0 && lost === 0 && result.classes.every(({ slo }) => slo?.attained !== false);
  }
  return objectives.every((objective) => evaluateAssertion(objective, byClass(result)).holds);
}

/** What of it does not hold, in words. */
function missedIn(result: FleetResult, objectives: readonly string[]): string {
  if (objectives.length > 0)
    return objectives
      .map((objective) => ({ objective, ...evaluateAssertion(objective, byClass(result)) }))
      .flatMap(({ objective, holds, explanation }) => (holds ? [] : [`${objective}: ${explanation}`]))
      .join('; ');
  const { rejected, lost = 0, arrivals } = result.packing;
  const never = result.warnings.find(({ code }) => code === 'never-fits');
  const missed = result.classes.flatMap((one) => (one.slo?.attained === false ? [`${one.class} misses its SLO`] : []));
  if (rejected + lost > 0) missed.unshift(`${rejected + lost} of ${arrivals} VMs have no host`);
  return [...missed, ...(never === undefined ? [] : [never.detail])].join('; ');
}

/** Classes whose objective no request came to judge by, where one is stated and asked for. */
function silentIn(result: FleetResult, isStated: boolean, objectives: readonly string[]): string[] {
  if (!isStated || objectives.length > 0) return [];
  return result.classes.flatMap((one) => (one.slo === undefined ? [`${one.class}.slo`] : []));
}

interface Range {
  readonly path: string;
  readonly low: number;
  readonly high: number;
}

function rangeOf(text: string, fleet: { readonly hosts: readonly { readonly count: number }[] }): Range {
  const { path, low, high, step } = parseFind(text);
  const whole = (value: string | undefined, otherwise: number): number => {
    if (value === undefined) return otherwise;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new InputError({ path: '--find', given: show(text), expected: 'whole numbers: hosts.0.count=100..2000' });
  };
  if (step !== undefined)
    throw new InputError({
      path: '--find',
      given: show(text),
      expected: 'a range without a step: every whole number is looked at',
    });
  const count = fleet.hosts[Number(/^hosts\.(\d+)\.count$/.exec(path)?.[1] ?? NaN)]?.count;
  if (count === undefined && high === undefined)
    throw new InputError({ path: '--find', given: show(text), expected: `a range: ${path}=LOW..HIGH` });
  const range = { path, low: whole(low, 1), high: whole(high, MOST_TIMES * (count ?? 1)) };
  if (range.low <= range.high) return range;
  throw new InputError({ path: '--find', given: show(text), expected: 'a range from the lesser to the greater' });
}

/** Runs one value after the other, each with every seed. */
class Sizing {
  private readonly known = new Map<number, { readonly vms: VmTable; readonly calls: FunctionCalls | undefined }>();
  private threads: { readonly of: string; readonly engine: ChunkEngine } | undefined;

  constructor(
    private readonly file: string,
    private readonly set: readonly string[],
    private readonly given: Arguments,
    private readonly io: Io,
  ) {}

  /** How many hosts there are says nothing of what threads must know of them: they go on from one value to the next. */
  private async engine(context: ChunkContext, directory: string): Promise<ChunkEngine> {
    const of = JSON.stringify(context);
    if (this.threads?.of !== of) {
      await this.close();
      this.threads = { of, engine: await localEngine(context, this.io, directory, this.given) };
    }
    return this.threads.engine;
  }

  async close(): Promise<void> {
    await this.threads?.engine.close();
    this.threads = undefined;
  }

  async run(path: string, value: number, replication: number): Promise<FleetResult> {
    const found = await loadFleet(this.file, [...this.set, `${path}=${value}`]);
    const fleet = { ...found.fleet, seed: replicationSeed(found.fleet.seed, replication) };
    const files = nodeHost(found.directory, { within: this.given.text('files-within') });
    // how many hosts there are says nothing of what comes to them
    let known = /^hosts\.\d+\.count$/.test(path) ? this.known.get(replication) : undefined;
    if (known === undefined) {
      const vms = await vmsOf(fleet, files);
      this.known.set(replication, (known = { vms, calls: await callsOf(fleet, vms, files) }));
    }
    const { vms, calls } = known;
    const engine = (context: ChunkContext) => this.engine(context, found.directory);
    const policyName = this.given.text('placement');
    const policy = await loadPlacement(policyName);
    const result = await simulateFleet({ ...found, fleet }, vms, { engine, policy, policyName, calls });
    // figures without that host would be of another fleet
    const lost = result.warnings.find(({ code }) => code === 'host-failed');
    if (lost !== undefined) throw new Error(`${path}=${value}: ${lost.field} could not be simulated: ${lost.detail}`);
    return result;
  }
}

export async function sizeFleet(
  given: Arguments,
  io: Io,
  asked: {
    readonly set: readonly string[];
    readonly objectives: readonly string[];
    readonly replications: number;
    readonly command: string;
  },
): Promise<number> {
  const file = given.positional(0);
  const { set, objectives, replications } = asked;
  for (const option of ['mechanisms', 'estimate', 'most', 'core'])
    if (given.flag(option) || given.text(option) !== undefined)
      given.problems.push(
        `--${option}: given for a fleet, expected for scenarios only (--set mechanism=… changes a fleet's)`,
      );
  workersOf(given);
  hangMsOf(given);
  given.check();
  const { fleet, inside } = await loadFleet(file, set);
  if (objectives.length === 0 && !hasVms(fleet))
    throw new InputError({
      path: '--for',
      given: 'nothing',
      expected: "an objective, such as 'functions.coldStartRate < 0.01': the fleet has no VMs that need a host",
    });
  const isStated = inside.behaviour?.['slo'] !== undefined;
  const isJudged = isStated && fleet.fidelity.kind !== 'packing';
  const usual = isJudged ? 'a host for every VM, and every class its SLO' : 'a host for every VM';
  const { path, low, high } = rangeOf(given.text('find') ?? 'hosts.0.count', fleet);
  const sizing = new Sizing(file, set, given, io);
  const tried = new Map<number, SizeTrial>();
  const silent = new Map<number, string[]>();
  let unmet = '';
  const found = await leastOf(high - low + 1, async (index) => {
    const value = low + index;
    let attainedIn = 0;
    for (let r = 0; r < replications; r++) {
      const one = await sizing.run(path, value, r);
      const isMet = meets(one, objectives);
      attainedIn += Number(isMet);
      if (value === high && !isMet) unmet = missedIn(one, objectives);
      silent.set(value, [...(silent.get(value) ?? []), ...silentIn(one, isStated, objectives)]);
    }
    tried.set(index, { value, attainedIn, of: replications });
    return { attainedIn, of: replications };
  }).finally(() => sizing.close());
  const valueAt = (index: number | null): number | null => (index === null ? null : low + index);
  const { index, someIndex, missedAbove } = found!;
  const value = valueAt(index);
  const all = silent.get(value ?? high) ?? [];
  const noData = [...new Set(all)].map((one) => ({
    for: one,
    in: all.filter((other) => other === one).length,
    of: replications,
  }));
  const ends = [value, valueAt(someIndex)].filter((end) => end !== null);
  const result: SizeResult = {
    find: path,
    unit: '',
    for: objectives.length === 0 ? [usual] : [...objectives],
    replications,
    runs: [
      {
        mechanism: given.text('placement') ?? fleet.placement,
        value,
        set: value === null ? null : `${path}=${value}`,
        low: ends.length === 0 ? null : Math.min(...ends),
        high: value === null ? null : Math.max(...ends),
        bound: value === null ? { by: 'range', detail: `at ${high}, the most that was looked at, ${unmet}` } : null,
        tried: [...tried.values()].sort((a, b) => a.value - b.value),
        missedAbove: missedAbove.map((at) => low + at),
        ...(noData.length === 0 ? {} : { noData }),
      },
    ],
  };
  const json = toStableJson(result);
  const folder = given.text('out');
  if (folder !== undefined) {
    await prepareFolder(folder, ['size.json', REPORT]);
    await writeDocument(folder, 'size.json', json, result, { command: asked.command });
  }
  const rule = given.text('placement');
  const command = (): string =>
    `fluxhost fleet ${file} ${rule === undefined ? '' : `--placement ${rule} `}${[...set, ...(value === null ? [] : [`${path}=${value}`])].map((one) => `--set ${one}`).join(' ')}`;
  io.stdout(given.flag('json') ? json : renderSize(result, lookOf(io), command));
  return EXIT.done;
}
