// A host's detector under 16 configurations, each from begin to end, and under tuners that choose one in every period.

import { decide } from '../../decide/frame.js';
import { luckOf } from '../../decide/luck.js';
import { exp3, exploreThenCommit, hedge, type Hedged, plan } from '../../decide/policies.js';
import type { Policy } from '../../decide/frame.js';
import type { Accesses } from '../../residency/accesses.js';
import { runTiers } from '../../residency/tiers.js';
import { drifting } from '../../residency/generate.js';
import {
  beginOf,
  type Configuration,
  type Features,
  featuresOf,
  fixedRun,
  nearest,
  ranked,
  speed,
  type TableEntry,
  type TunedPlay,
  type Tuning,
  tuningProblem,
} from '../../residency/tuning.js';
import { stream } from '../draw.js';
import type { Asked } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { accessesOf, checkTiers, detectorOf, type Size, tiersOf } from '../tierbpf/tiers.js';
import type { HOSTS } from './parameters.js';

export type HostName = (typeof HOSTS)[number];
/** Of draws: the tuners', the table's workloads. */
const [TUNERS, TABLE] = [2, 3];

/** What each way of choosing took. */
export interface TunedRun {
  readonly name: string;
  readonly ns: number;
  readonly switches: number;
  /** Beyond what the same configurations took in the same periods, each from the begin on. */
  readonly switchingNs: number;
}

export interface HostFound {
  readonly host: HostName;
  readonly configurations: readonly Configuration[];
  /** Of each, from begin to end. */
  readonly fixedNs: readonly number[];
  /** Pages stay where they were first touched. */
  readonly neverNs: number;
  readonly best: number;
  readonly features: Features;
  readonly entry: TableEntry;
  readonly table: readonly TableEntry[];
  readonly runs: readonly TunedRun[];
  readonly hedged: Hedged;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Every setting as it is and as the grid has it; the first is all as it is. */
function grid(settings: Settings, host: HostName, size: Size, fastUnits: number): Configuration[] {
  const other: Record<string, number> = {
    scanPeriod: settings.number('scanPeriod') * settings.number('grid.scanPeriod'),
    scanSize: settings.number('scanSize') * settings.number('grid.scanSize'),
    ...(host === 'autonuma'
      ? {
          hotThreshold: settings.number('hotThreshold') * settings.number('grid.hotThreshold'),
          rateLimit: settings.number('grid.rateLimit'),
        }
      : {
          'tpp.faults': settings.number('grid.faults'),
          'watermark.high': settings.number('watermark.high') * settings.number('grid.watermark'),
        }),
  };
  const paths = Object.keys(other);
  return Array.from({ length: 2 ** paths.length }, (_, which) => {
    const changed = paths.filter((_, i) => (which & (1 << i)) !== 0);
    const changes = Object.fromEntries(changed.map((path) => [path, other[path]!]));
    if ('watermark.high' in changes)
      changes['watermark.low'] = settings.number('watermark.low') * settings.number('grid.watermark');
    return {
      name:
        changed.length === 0
          ? 'default'
          : changed.map((path) => `${path}=${Number(other[path]!.toPrecision(4))}`).join(', '),
      ...detectorOf(settings.with(changes), host, size, fastUnits),
    };
  });
}

/** Workloads that were tried before this one came, and what each configuration took on them. */
async function tableOf(asked: Asked, host: HostName): Promise<TableEntry[]> {
  const { settings, module } = asked;
  const entries: TableEntry[] = [];
  for (const skew of settings.list('table.skews').map(Number))
    for (const share of settings.list('table.drifts').map(Number)) {
      const accesses = drifting(
        {
          accesses: settings.number('table.accesses'),
          units: settings.number('pages'),
          skew,
          every: settings.number('drift.every'),
          share: Math.min(1, share),
          writeShare: settings.number('writes'),
        },
        stream(settings.number('seed'), TABLE + entries.length),
      );
      const tuning = tuningOf(settings, accesses, host, module);
      const ns = [];
      for (let arm = 0; arm < tuning.configurations.length; arm++)
        ns.push(sum(await fixedRun({ ...tuning, periods: 1 }, arm)));
      entries.push({ name: `skew ${skew}, drift ${share}`, features: await probed(settings, tuning), ns });
    }
  return entries;
}

function tuningOf(
  settings: Settings,
  accesses: Accesses,
  host: HostName,
  module: WebAssembly.Module | undefined,
): Tuning {
  const size = settings.text('size') as Size;
  const tiers = tiersOf(settings, accesses, size);
  const configurations = grid(settings, host, size, tiers.fastUnits);
  return { accesses, tiers, configurations, periods: settings.number('periods'), module };
}

/** Looked at: the first periods, as many as one configuration is tried for. */
const probed = (settings: Settings, tuning: Tuning): Promise<Features> =>
  featuresOf(tuning, 0, beginOf(tuning, Math.min(tuning.periods, settings.number('explore'))));

/** Those named first, each for so many periods, then the one of them that was fastest. */
export function tryThenCommit(arms: readonly number[], each: number, before: readonly number[] = []): Policy {
  return {
    name: 'table, tried, committed',
    begin: () => {
      const gained = new Map(arms.map((arm) => [arm, 0]));
      return ({ round, last, gained: gain }) => {
        const tried = round - before.length;
        if (tried > 0 && tried <= arms.length * each) gained.set(last, gained.get(last)! + gain);
        if (tried < 0) return before[round]!;
        if (tried < arms.length * each) return arms[tried % arms.length]!;
        return arms.reduce((a, b) => (gained.get(b)! > gained.get(a)! ? b : a));
      };
    },
  };
}

export async function study(asked: Asked): Promise<{ accesses: Accesses; hosts: HostFound[] }> {
  const { settings, module } = asked;
  checkTiers(settings);
  const accesses = await accessesOf(asked, settings.text('size') as Size);
  const periods = settings.number('periods');
  if (accesses.count < periods)
    refuse([
      { path: 'periods', given: periods, expected: `at most one an access, of which there are ${accesses.count}` },
    ]);
  const hosts: HostFound[] = [];
  for (const host of new Set(settings.list('hosts') as HostName[]))
    hosts.push(await ofHost(asked, tuningOf(settings, accesses, host, module), host));
  return { accesses, hosts };
}

async function ofHost(asked: Asked, tuning: Tuning, host: HostName): Promise<HostFound> {
  const { settings } = asked;
  const { configurations, periods } = tuning;
  const fixed: number[][] = [];
  for (let arm = 0; arm < configurations.length; arm++) fixed.push(await fixedRun(tuning, arm));
  const fixedNs = fixed.map(sum);
  const table = await tableOf(asked, host);
  const features = await probed(settings, tuning);
  const entry = nearest(table, features);
  const each = settings.number('explore');
  const order = ranked(entry.ns);
  const looked = new Array<number>(Math.min(periods, each)).fill(0); // the default, while it is looked at
  const policies: Policy[] = [
    { ...exploreThenCommit(each), name: 'all tried, committed' },
    { ...exp3(settings.number('exploration')), name: 'EXP3' },
    plan([...looked, ...new Array<number>(periods).fill(order[0]!)], "table's fastest"),
    tryThenCommit(order.slice(0, settings.number('candidates')), each, looked),
  ];
  const runs: TunedRun[] = [];
  for (const policy of policies) runs.push(await tuned(settings, tuning, policy, fixed));
  const losses = Array.from({ length: periods }, (_, period) =>
    fixed.map((ns) => 1 - speed(tuning, period, ns[period]!)),
  );
  const [best] = ranked(fixedNs) as [number];
  const { accesses, tiers, module } = tuning;
  const never = await runTiers(accesses, { ...tiers, detector: { kind: 'nothing' } }, module);
  return {
    host,
    configurations,
    fixedNs,
    neverNs: never.endedNs,
    best,
    features,
    entry,
    table,
    runs,
    hedged: hedge(losses),
  };
}

async function tuned(
  settings: Settings,
  tuning: Tuning,
  policy: Policy<TunedPlay>,
  fixed: readonly (readonly number[])[],
): Promise<TunedRun> {
  const seed = settings.number('seed');
  const outcome = decide(await tuningProblem(tuning), policy, luckOf(seed), stream(seed, TUNERS));
  const { ns } = outcome.play;
  const apart = sum(outcome.pulled.map((arm, period) => fixed[arm]![period]!));
  return { name: policy.name, ns: sum(ns), switches: outcome.switches, switchingNs: sum(ns) - apart };
}

/** How much faster EXP3 is than the default where all configurations are the default: by host. */
export async function alike(asked: Asked, accesses: Accesses): Promise<number[]> {
  const { settings, module } = asked;
  const found: number[] = [];
  for (const host of new Set(settings.list('hosts') as HostName[])) {
    const tuning = tuningOf(settings, accesses, host, module);
    const same = { ...tuning, configurations: tuning.configurations.map(() => tuning.configurations[0]!) };
    const fixed = await fixedRun(same, 0);
    const runs = same.configurations.map(() => fixed);
    const { ns } = await tuned(settings, same, exp3(settings.number('exploration')), runs);
    found.push(sum(fixed) / ns);
  }
  return found;
}
