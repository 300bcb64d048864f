// Every host at every size, with its candidates all promoted and with admission, beside pages that stay where they were first touched.

import type { Remark } from '../../report/trust.js';
import { type Accesses } from '../../residency/accesses.js';
import { bestStaticNs, breakEven, runTiers, type TierResult, type TierSettings } from '../../residency/tiers.js';
import type { Asked } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { accessesOf, checkTiers, detectorOf, type DetectorName, shrunk, type Size, tiersOf } from './tiers.js';

/** Of break-even: what admission asks is assumed. */
export const FACTORS = [0.5, 1, 2, 4] as const;
/** Of a move, us. */
export const MOVES = [0, 1, 2, 5, 20, 100, 699] as const;

export interface HostFound {
  readonly size: Size;
  readonly host: DetectorName;
  readonly always: TierResult;
  readonly admitted: TierResult;
  /** Over FACTORS: how many times as fast as without admission. */
  readonly byFactor: readonly number[];
  /** Over MOVES. */
  readonly byMove: readonly number[];
}

export interface SizeFound {
  readonly size: Size;
  readonly accesses: Accesses;
  readonly fastUnits: number;
  readonly never: TierResult;
  readonly bestNs: number;
  readonly breakEven: number;
  readonly hosts: readonly HostFound[];
}

type Tiers = Omit<TierSettings, 'detector'>;

/** More accesses than so many times break-even are expected of whom it admits. */
function admission(settings: Settings, tiers: Tiers, factor: number): NonNullable<TierSettings['admit']> {
  return {
    over: Math.floor(factor * breakEven(tiers)),
    halveNs: shrunk(settings, settings.number('sketch.period')),
    counters: settings.number('sketch.counters'),
  };
}

/** How many times as much is done in a time, with what passes between accesses. */
export const gain = (always: TierResult, admitted: TierResult): number => always.endedNs / admitted.endedNs;

async function ofHost(
  { settings, module }: Asked,
  accesses: Accesses,
  tiers: Tiers,
  size: Size,
  host: DetectorName,
): Promise<HostFound> {
  const own = detectorOf(settings, host, size, tiers.fastUnits);
  const pair = async (moveNs: number, factor: number, known?: TierResult): Promise<[TierResult, TierResult]> => {
    const asked = { ...tiers, moveNs, ...own };
    const always = known ?? (await runTiers(accesses, asked, module));
    return [always, await runTiers(accesses, { ...asked, admit: admission(settings, asked, factor) }, module)];
  };
  const factor = settings.number('admit.factor');
  const [always, admitted] = await pair(tiers.moveNs, factor);
  const byFactor: number[] = [];
  for (const one of FACTORS) byFactor.push(gain(...(await pair(tiers.moveNs, one, always))));
  const byMove: number[] = [];
  for (const us of MOVES) byMove.push(gain(...(await pair(us * 1e3, factor))));
  return { size, host, always, admitted, byFactor, byMove };
}

const NO_TPP = 'its watermarks make room ahead, a page that comes over the link takes the place of one';

/** Whose candidates are looked at: all that are asked for, but tpp where moves go on in the background beside others. */
export function detectorsOf(settings: Settings): { hosts: DetectorName[]; remarks: Remark[] } {
  const asked = [...new Set(settings.list('detectors') as DetectorName[])];
  const hosts = settings.flag('background') ? asked.filter((one) => one !== 'tpp') : asked;
  const out = hosts.length < asked.length;
  return { hosts, remarks: out ? [{ code: 'no-tpp', detail: `background leaves detector tpp out: ${NO_TPP}` }] : [] };
}

/** Moves in the background, where they are asked for. */
function link(settings: Settings): Pick<TierSettings, 'background'> {
  if (!settings.flag('background')) return {};
  if (detectorsOf(settings).hosts.length === 0)
    refuse([
      { path: 'detectors', given: settings.text('detectors'), expected: `another than tpp with background: ${NO_TPP}` },
    ]);
  return { background: { price: settings.number('price') } };
}

export async function study(asked: Asked): Promise<SizeFound[]> {
  const { settings, module } = asked;
  checkTiers(settings);
  const counters = settings.number('sketch.counters');
  if (!Number.isInteger(Math.log2(counters)))
    refuse([{ path: 'sketch.counters', given: counters, expected: 'a power of two' }]);
  const found: SizeFound[] = [];
  for (const size of new Set(settings.list('sizes') as Size[])) {
    const accesses = await accessesOf(asked, size);
    const tiers = { ...tiersOf(settings, accesses, size), ...link(settings) };
    const hosts: HostFound[] = [];
    for (const host of detectorsOf(settings).hosts) hosts.push(await ofHost(asked, accesses, tiers, size, host));
    found.push({
      size,
      accesses,
      fastUnits: tiers.fastUnits,
      never: await runTiers(accesses, { ...tiers, detector: { kind: 'nothing' } }, module),
      bestNs: bestStaticNs(accesses, tiers),
      breakEven: breakEven(tiers),
      hosts,
    });
  }
  return found;
}

/** Base pages whose moves cost nothing: admission has nothing to say. */
export async function control(asked: Asked): Promise<{ always: TierResult; admitted: TierResult }[]> {
  const free = { ...asked, settings: asked.settings.with({ migrate: 0 }) };
  const accesses = await accessesOf(free, '4KiB');
  const tiers = tiersOf(free.settings, accesses, '4KiB');
  const pairs = [];
  for (const host of detectorsOf(asked.settings).hosts) {
    const own = { ...tiers, ...detectorOf(free.settings, host, '4KiB', tiers.fastUnits) };
    const admit = admission(free.settings, tiers, asked.settings.number('admit.factor'));
    pairs.push({
      always: await runTiers(accesses, own, asked.module),
      admitted: await runTiers(accesses, { ...own, admit }, asked.module),
    });
  }
  return pairs;
}
