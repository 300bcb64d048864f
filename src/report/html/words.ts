// Numbers and lists as the report writes them, and the hues of mechanisms and VMs: one colour, one meaning, in every figure.

import { formatCoreSeconds, formatDurationNs, formatExactDurationNs, formatQuantile, formatShare } from '../units.js';
import type { SloResult, VmResult } from '../../result/result.js';
import type { Hue, Texture } from './figure.js';

const micro = (text: string): string =>
  text.replaceAll(' us', '\u00a0µs').replaceAll(/(\d) (ns|ms|s)\b/g, '$1\u00a0$2');

/** Every text of a document with microseconds as `µs`; `interval=10us` is a setting, to be taken as it stands. */
export function inMicroseconds<T>(value: T): T {
  if (typeof value === 'string')
    return value
      .replaceAll(/(\d) us\b/g, '$1\u00a0µs')
      .replaceAll(/(^|[\s(<≤≥>±])(\d+(?:\.\d+)?)us\b/g, '$1$2\u00a0µs') as T;
  if (Array.isArray(value)) return value.map(inMicroseconds) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inMicroseconds(one)])) as T;
}

const LARGE = /(?<![\w.,:=/#]|\w-)(?:\d{1,3}(?:,\d{3})+|\d{5,})(?![\w,:/-])/g;

/** Runs of a strip, which the picture counts with: no words. */
const DATA: ReadonlySet<string> = new Set(['waiting', 'cores']);

/** Every number from 10 000 on with thin spaces, whoever wrote it; commands, which are to be taken as they stand, are left alone. */
export function inThousands<T>(value: T): T {
  if (typeof value === 'string')
    return value.startsWith('fluxhost ')
      ? value
      : (value.replaceAll(LARGE, (digits) => grouped(Number(digits.replaceAll(',', '')))) as T & string);
  if (Array.isArray(value)) return value.map(inThousands) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, DATA.has(key) ? one : inThousands(one)]),
  ) as T;
}

/** `69.0 µs` */
export const duration = (ns: number | null): string => micro(formatDurationNs(ns));
/** `200 µs`, with no digits that it was not written with. */
export const exactDuration = (ns: number): string => micro(formatExactDurationNs(ns));
export const coreSeconds = (seconds: number): string => micro(formatCoreSeconds(seconds));
/** `p99 ≤ 200 µs` */
export const sloWords = (slo: Pick<SloResult, 'quantile' | 'targetNs'>): string =>
  `${formatQuantile(slo.quantile)} ≤ ${exactDuration(slo.targetNs)}`;

const QUANTILES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p999', 0.999],
] as const;

/** Under which key a result has the quantile of an SLO; undefined: it has it nowhere else. */
export const sloKey = (slo: Pick<SloResult, 'quantile'>): (typeof QUANTILES)[number][0] | undefined =>
  QUANTILES.find(([, quantile]) => quantile === slo.quantile)?.[0];

/** A time above a target in as many digits as tell the two apart: `200.3 µs` beside `200 µs`. */
export function besideTarget(ns: number, targetNs: number): string {
  const size = ns >= 999.5e6 ? 1e9 : ns >= 999.5e3 ? 1e6 : ns >= 999.5 ? 1e3 : 1;
  const unit = { 1e9: 's', 1e6: 'ms', 1e3: 'us', 1: 'ns' }[size];
  const tells = (digits: number): boolean => Number((ns / size).toPrecision(digits)) * size > targetNs;
  if (ns <= targetNs || tells(3)) return duration(ns);
  let digits = 4;
  while (digits < 16 && !tells(digits)) digits++;
  return micro(`${Number((ns / size).toPrecision(digits))} ${unit}`);
}

/** The quantile of the SLO of those answered, where it is one that results have. */
function answeredNs({ slo, latencyNs }: VmResult): number | null {
  const key = slo === null ? undefined : sloKey(slo);
  return key === undefined ? null : latencyNs[key];
}

/** Whether all that is known of the SLO's quantile is how many still wait. */
export const onlyWaits = (vm: VmResult): boolean =>
  vm.slo !== null && vm.slo.latencyNs === null && answeredNs(vm) === null;

/** What the quantile of the SLO is; where it is a request that still waits, that of those answered, and how many wait. */
export function attainedWords(vm: VmResult): string {
  const { slo, inFlight, completed } = vm;
  if (slo === null) return '';
  if (slo.latencyNs !== null) return besideTarget(slo.latencyNs, slo.targetNs);
  const waiting = `${formatShare(inFlight / Math.max(1, inFlight + completed))} still waiting`;
  const answered = answeredNs(vm);
  return answered === null ? waiting : `${duration(answered)} of those answered; ${waiting}`;
}

/** Thousands apart by thin spaces: the same in every language. */
export const grouped = (value: number): string =>
  String(value).replace(/^(-?)(\d{5,})/, (_, sign: string, digits: string) => {
    return sign + digits.replace(/\B(?=(\d{3})+$)/g, '\u2009');
  });

/** `1 scenario`, `12 scenarios` */
export const counted = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;

/** `a, b and c` */
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Solid, dashed, dotted, …: told apart on paper without colours too. */
const MECHANISM_DASHES: Readonly<Record<string, string>> = {
  ideal: '6 4',
  static: '',
  hyperflux: '',
  caladan: '10 3',
  shenango: '10 3 2 3',
  cgroup: '2 3',
  hotplug: '14 4',
  microvm: '4 2 1 2',
  ditto: '7 2 2 2 2 2',
  blind: '1 3',
};

/** Of reserved memory. */
const MANAGERS: Readonly<Record<string, Hue>> = {
  vmem: { colour: 'var(--kind-1)', dash: '' },
  hugetlb: { colour: 'var(--kind-2)', dash: '8 3' },
  hvo: { colour: 'var(--kind-3)', dash: '4 2' },
  thp: { colour: 'var(--kind-4)', dash: '2 3' },
};

/** Parts of memory, the same in every bar. */
const PARTS: Readonly<Record<string, { colour: string; texture: Texture }>> = {
  'to be sold': { colour: 'var(--part-4)', texture: 'solid' },
  'page descriptors': { colour: 'var(--part-2)', texture: 'solid' },
  tables: { colour: 'var(--part-3)', texture: 'solid' },
  headroom: { colour: 'var(--part-1)', texture: 'light' },
  'the host itself': { colour: 'var(--poll)', texture: 'grey' },
  rounding: { colour: 'var(--poll)', texture: 'empty' },
};

/** Of a part that is known, or of another by its place. */
export const partLook = (name: string, i: number): { colour: string; texture: Texture } =>
  PARTS[name] ?? { colour: `var(--part-${(i % 4) + 1})`, texture: i < 4 ? 'solid' : 'light' };

function hueOf(kind: string): Hue {
  const manager = MANAGERS[kind];
  if (manager !== undefined) return manager;
  const dash = MECHANISM_DASHES[kind];
  return { colour: dash === undefined ? 'var(--m-other)' : `var(--m-${kind})`, dash: dash ?? '' };
}

/** A mechanism, or a manager, keeps its hue and dash everywhere; a second one of a kind with other settings differs in its dash. */
export function mechanismHues(labels: readonly string[]): Map<string, Hue> {
  const seen = new Map<string, number>();
  return new Map(
    labels.map((label) => {
      const kind = label.split(':')[0]!;
      const before = seen.get(kind) ?? 0;
      seen.set(kind, before + 1);
      const { colour, dash } = hueOf(kind);
      return [label, { colour, dash: before === 0 ? dash : `${3 * before} ${2 + before}` }];
    }),
  );
}

const HUES = 8;

/** Eight hues by place; of more VMs the class gives the hue and the place its lightness. */
export function vmColour(index: number, total: number, kind: string): string {
  if (total <= HUES) return `var(--vm-${index + 1})`;
  const lightness = 38 + Math.round((30 * index) / total);
  return kind === 'best-effort' ? `hsl(38 75% ${lightness}%)` : `hsl(205 70% ${lightness}%)`;
}

/** The hue of the VM of that name among all. */
export function colourOfVm(vms: readonly { readonly name: string; readonly class: string }[], name: string): string {
  const index = vms.findIndex((vm) => vm.name === name);
  return vmColour(index, vms.length, vms[index]!.class);
}
