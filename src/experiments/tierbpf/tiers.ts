// Two tiers, detectors and accesses as an experiment's settings say; what does not fit together is refused.

import { InputError } from '../../input/errors.js';
import { formatNamed } from '../../pages/formats/names.js';
import { type Accesses, HUGE_PAGE_BYTES, PAGE_BYTES, readAccesses } from '../../residency/accesses.js';
import { drifting } from '../../residency/generate.js';
import type { Detector, Scan, TierSettings } from '../../residency/tiers.js';
import { readBytes } from '../../workload/text-source.js';
import { stream } from '../draw.js';
import type { Asked } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import type { DETECTORS, SIZES } from './parameters.js';

export type Size = (typeof SIZES)[number];
export type DetectorName = (typeof DETECTORS)[number];

const PURPOSE = 1;
const MIB = 2 ** 20;
const bytesOf = (size: Size): number => (size === '2MiB' ? HUGE_PAGE_BYTES : PAGE_BYTES);

/** The trace's accesses, or generated ones, to pages of this size. */
export async function accessesOf({ settings, files }: Asked, size: Size): Promise<Accesses> {
  const file = settings.text('trace');
  if (file !== '') {
    if (files === undefined)
      throw new InputError({ path: 'trace', given: file, expected: 'options.files to read it from' });
    const format = formatNamed(settings.text('trace.format'))!;
    return readAccesses(file, readBytes(files, file), format, { pageSizeBytes: bytesOf(size), instructions: false });
  }
  return drifting(
    {
      accesses: settings.number('accesses'),
      units: settings.number('pages'),
      skew: settings.number('skew'),
      every: settings.number('drift.every'),
      share: settings.number('drift.share'),
      writeShare: settings.number('writes'),
    },
    stream(settings.number('seed'), PURPOSE),
  );
}

const NS = { latFast: 1, latSlow: 1, gap: 1, fault: 1, migrate: 1e3, 'migrate.huge': 1e3 } as const;

/** A time in whole ns. */
const nsOf = (settings: Settings, path: keyof typeof NS): number => Math.round(settings.number(path) * NS[path]);

/** What settings alone tell. */
export function checkTiers(settings: Settings): void {
  const problems: Parameters<typeof refuse>[0][number][] = [];
  const add = (path: string, expected: string): void =>
    void problems.push({ path, given: settings.number(path), expected });
  for (const path of Object.keys(NS) as (keyof typeof NS)[])
    if (Math.abs(settings.number(path) * NS[path] - nsOf(settings, path)) > 1e-6) add(path, 'whole ns');
  if (settings.number('latSlow') <= settings.number('latFast'))
    add('latSlow', `more than latFast, which is ${settings.number('latFast')}`);
  if (settings.number('watermark.low') > settings.number('watermark.high'))
    add('watermark.low', `no more than watermark.high, which is ${settings.number('watermark.high')}`);
  refuse(problems);
}

/** The tiers; `accesses` must have enough pages for both. */
export function tiersOf(settings: Settings, accesses: Accesses, size: Size): Omit<TierSettings, 'detector'> {
  const fastUnits = Math.floor(settings.number('fast') * accesses.units);
  if (fastUnits < 1 || fastUnits >= accesses.units)
    refuse([
      {
        path: 'fast',
        given: settings.number('fast'),
        expected: `a share of ${accesses.units} pages of ${size} that is at least one of them and not all`,
      },
    ]);
  return {
    fastUnits,
    fastNs: nsOf(settings, 'latFast'),
    slowNs: nsOf(settings, 'latSlow'),
    moveNs: nsOf(settings, size === '2MiB' ? 'migrate.huge' : 'migrate'),
    gapNs: nsOf(settings, 'gap'),
  };
}

/** The kernel's ms in the ns of memory that is `shrink` times less. */
export const shrunk = (settings: Settings, ms: number): number =>
  Math.max(1000, Math.round((ms * 1e6) / settings.number('shrink')));

/** A scan looks at as many pages of either size: the share of memory that it is of pages of 4 KiB. */
const scanOf = (settings: Settings): Scan => ({
  delayNs: Math.round((settings.number('scanDelay') * 1e6) / settings.number('shrink')),
  periodNs: shrunk(settings, settings.number('scanPeriod')),
  units: Math.max(1, Math.round((settings.number('scanSize') * MIB) / PAGE_BYTES / settings.number('shrink'))),
});

/** A detector, with its way to make room. */
export function detectorOf(
  settings: Settings,
  name: DetectorName,
  size: Size,
  fastUnits: number,
): Pick<TierSettings, 'detector' | 'watermarks'> {
  if (name === 'count') return { detector: { kind: 'count', accesses: settings.number('count') } };
  const common = { faultNs: nsOf(settings, 'fault'), scan: scanOf(settings) };
  if (name === 'tpp') {
    const room = (path: string): number => Math.min(fastUnits - 1, Math.ceil(settings.number(path) * fastUnits));
    return {
      detector: { kind: 'faults', faults: settings.number('tpp.faults'), ...common },
      watermarks: { low: room('watermark.low'), high: room('watermark.high') },
    };
  }
  const limit = Math.floor((settings.number('rateLimit') * MIB) / bytesOf(size) / settings.number('shrink'));
  if (limit < 1 || limit > 2 ** 32 - 1)
    refuse([
      {
        path: 'rateLimit',
        given: settings.number('rateLimit'),
        expected: `at least one page of ${size} in a second over ${settings.number('shrink')}, and less than 2^32`,
      },
    ]);
  const detector: Detector = {
    kind: 'hint',
    ...common,
    hotNs: shrunk(settings, settings.number('hotThreshold')),
    limit: { units: limit, perNs: shrunk(settings, 1000) },
    adjustNs: shrunk(settings, settings.number('adjust') * 1e3),
  };
  return { detector };
}
