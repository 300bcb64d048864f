// One GPU of the experiment's parameters: with offline work, and without, so that both can be told apart.

import type { Asked } from '../experiment.js';
import { mean, quantile } from '../draw.js';
import { InputError } from '../../input/errors.js';
import { type GpuRequests, type GpuRun, type GpuSpec, runGpu } from '../../systems/valve.js';
import type { Settings } from '../parameters.js';
import { BLOCK } from '../mooncake.js';
import { drawn, fitting, type OnlineRequests, readMooncake, readRequests, type Rows, thinned } from './load.js';
import { type Profile, PROFILES, tableOf } from '../../systems/gpu-profile.js';
import { readJitter, readProfile } from './profile.js';

export interface Given {
  readonly profile: Profile;
  readonly jitter: Float64Array;
  readonly rows: Rows | null;
  /** Tokens. */
  readonly capacity: number;
}

/** Files of the parameters, read once. */
export async function givenOf({ settings, files }: Asked): Promise<Given> {
  const named = ['profile', 'jitter', 'trace'].find((path) => settings.text(path) !== '');
  if (named !== undefined && files === undefined)
    throw new InputError({ path: named, given: settings.text(named), expected: 'options.files to read it from' });
  const file = (path: string): string | null => (settings.text(path) === '' ? null : settings.text(path));
  const [profile, jitter, trace] = [file('profile'), file('jitter'), file('trace')];
  const pages = pagesOf(settings);
  const capacity = pages * settings.number('pageTokens');
  const read = settings.text('trace.format') === 'mooncake' ? readMooncake : readRequests;
  const rows = trace === null ? null : await read(files!, trace);
  if (rows !== null) fitting(rows, capacity, trace!);
  return {
    profile:
      profile === null
        ? PROFILES[settings.text('gpu')]!
        : await readProfile(files!, profile, settings.number('layers')),
    jitter: jitter === null ? new Float64Array() : await readJitter(files!, jitter),
    rows,
    capacity,
  };
}

/** Of requests: what prefixes take is not theirs. */
export const pagesOf = (settings: Settings): number =>
  Math.floor(
    ((settings.number('kv') - settings.number('prefixes')) * 1024) /
      settings.number('kvPerToken') /
      settings.number('pageTokens'),
  );

/** Of prefixes. */
const heldBlocks = (settings: Settings): number =>
  Math.floor((settings.number('prefixes') * 1024) / settings.number('kvPerToken') / BLOCK);

const ms = (value: number): number => Math.round(value * 1e6);

export interface Variant {
  readonly cooldownMs?: number;
  readonly gapMs?: number;
  /** false: nothing runs offline. */
  readonly offline?: boolean;
}

function specOf(settings: Settings, given: Given, requests: GpuRequests, variant: Variant = {}): GpuSpec {
  const longest = requests.prompt.reduce((most, tokens) => Math.max(most, tokens), 1);
  const offlineTokens = settings.number('offline.prompt') + settings.number('offline.output');
  const prefillNs = tableOf(given.profile, Math.max(longest, settings.number('offline.prompt')));
  return {
    cooldownNs: ms(variant.cooldownMs ?? settings.number('cooldown')),
    preemptNs: ms(settings.number('preempt')),
    gapNs: ms(variant.gapMs ?? settings.number('gap')),
    prefillNs,
    decodeNs: tableOf(given.profile, settings.number('batch')),
    jitter: given.jitter,
    pages: pagesOf(settings),
    pageTokens: settings.number('pageTokens'),
    headroom: { pages: settings.number('headroom'), up: settings.number('up'), down: settings.number('down') },
    reclaim: settings.number('reclaimRate'),
    waitNs: Math.max(1, ms(settings.number('memoryStep'))),
    offline:
      variant.offline === false
        ? null
        : {
            pages: Math.ceil(offlineTokens / settings.number('pageTokens')),
            prefillNs: prefillNs[settings.number('offline.prompt')]!,
          },
    endNs: Math.round(settings.number('duration') * 1e9),
  };
}

/** `share`: of the online load that the parameters say. */
export function requestsOf(
  settings: Settings,
  { rows, capacity }: Given,
  load: { rate: number } | { share: number } = { share: 1 },
): OnlineRequests {
  const endNs = Math.round(settings.number('duration') * 1e9);
  if (rows !== null)
    return thinned(
      rows,
      settings.number('thin'),
      endNs,
      'share' in load ? load.share : load.rate,
      heldBlocks(settings),
    );
  return drawn(settings, 'rate' in load ? load.rate : settings.number('rate') * load.share, endNs, capacity);
}

export interface Figures {
  readonly requests: number;
  readonly completed: number;
  /** Of the tokens of prompts, those that were there already. */
  readonly prefixShare: number;
  readonly preemptions: number;
  readonly perRequest: number;
  /** Most that one request saw. */
  readonly mostSeen: number;
  readonly seenTwice: number;
  readonly offlineShare: number;
  readonly recomputedShare: number;
  readonly busyShare: number;
  readonly ttftMs: number | null;
  readonly ttftP99Ms: number | null;
  readonly tpotMs: number | null;
  readonly killed: number;
  readonly memoryWaits: number;
  readonly steps: number;
}

function figuresOf(requests: OnlineRequests, run: GpuRun, endNs: number): Figures {
  const done = [...run.doneNs.keys()].filter((i) => run.doneNs[i]! > 0);
  const ttft = Float64Array.from(done, (i) => (run.firstNs[i]! - requests.at[i]!) / 1e6);
  const tpot = Float64Array.from(
    done.filter((i) => requests.output[i]! > 0),
    (i) => (run.doneNs[i]! - run.firstNs[i]!) / requests.output[i]! / 1e6,
  );
  const seen = done.map((i) => run.seen[i]!);
  const none = done.length === 0;
  return {
    requests: requests.at.length,
    completed: done.length,
    prefixShare:
      requests.found === 0 ? 0 : requests.found / (requests.found + requests.prompt.reduce((a, b) => a + b, 0)),
    preemptions: run.preemptions,
    perRequest: none ? 0 : run.preemptions / requests.at.length,
    mostSeen: seen.reduce((most, one) => Math.max(most, one), 0),
    seenTwice: seen.filter((one) => one > 1).length,
    offlineShare: run.offlineNs / endNs,
    recomputedShare: run.recomputedNs / endNs,
    busyShare: run.busyNs / endNs,
    ttftMs: none ? null : mean(ttft),
    ttftP99Ms: none ? null : quantile(ttft, 0.99),
    tpotMs: tpot.length === 0 ? null : mean(tpot),
    killed: run.killed,
    memoryWaits: run.memoryWaits,
    steps: run.steps,
  };
}

export async function runOnce(
  settings: Settings,
  given: Given,
  requests: OnlineRequests,
  variant: Variant,
  module?: WebAssembly.Module,
): Promise<Figures> {
  const spec = specOf(settings, given, requests, variant);
  return figuresOf(requests, await runGpu(spec, requests, module), spec.endNs);
}
