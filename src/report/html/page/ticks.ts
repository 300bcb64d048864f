// Ticks of axes: times in ns as 10 µs and 1 ms, shares in percent, powers of ten and what lies between them where there is room.

const UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
] as const;

/** Three digits, six of large ones, no zeros at the end; thousands apart by thin spaces from 10 000 on. */
const short = (value: number): string => {
  const text = String(Number(value.toPrecision(value >= 1000 ? 6 : 3)));
  const [whole = '', part] = text.split('.');
  const grouped = /^-?\d{5,}$/.test(whole) ? whole.replace(/\B(?=(\d{3})+$)/g, '\u2009') : whole;
  return part === undefined ? grouped : `${grouped}.${part}`;
};

export function timeText(ns: number): string {
  if (ns === 0) return '0';
  const [unit, size] = UNITS.find(([, one]) => Math.abs(ns) >= one * 0.9995) ?? UNITS[3];
  return `${short(ns / size)} ${unit}`;
}

export const shareText = (share: number): string => `${short(share * 100)} %`;

export const valueText = (value: number, unit: string): string => {
  if (unit === 'ns') return timeText(value);
  if (unit === 'share') return shareText(value);
  if (unit === 'change') return `${value > 0 ? '+' : ''}${shareText(value).replace('-', '−')}`;
  if (unit === 'ratio') return `${short(value)}x`;
  if (unit === 'MB') return `${short(value / 1e6)} MB`;
  if (unit !== 'bytes') return short(value);
  const power = Math.min(4, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${short(value / 1024 ** power)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
};

/** 1, 2, 5 times powers of ten within the domain; powers alone where those are many, every second one where they are more. */
export function logTicks([low, high]: readonly [number, number], most: number): number[] {
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const inside = (value: number): boolean => value >= low * 0.999 && value <= high * 1.001;
  const of = (factors: readonly number[], step: number): number[] => {
    const ticks: number[] = [];
    for (let power = from; power <= to; power += step)
      for (const factor of factors) ticks.push(Number((factor * 10 ** power).toPrecision(6)));
    return ticks.filter(inside);
  };
  // within a decade they are near each other
  for (const fine of [
    [1, 2, 5],
    [1, 1.5, 2, 3, 4, 5, 6, 8],
  ]) {
    const ticks = of(fine, 1);
    if (ticks.length >= 2 && ticks.length <= most) return ticks;
  }
  for (const [factors, step] of [
    [[1, 3], 1],
    [[1], 1],
    [[1], 2],
    [[1], 3],
  ] as const) {
    const ticks = of(factors, step);
    if (ticks.length <= most) return ticks;
  }
  return of([1], 4);
}

/** The domain of a logarithmic axis: what is there, with a little room. */
export function logDomain(values: readonly number[]): [number, number] {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return [1, 10];
  const [low, high] = [Math.min(...positive), Math.max(...positive)];
  return low * 2 > high ? [low / 1.5, high * 1.5] : [low / 1.15, high * 1.15];
}

/** Panels of one quantity, `cold starts: under lru`, which are to one scale; else the one of that title. */
export function alike<T extends { readonly title: string }>(panels: readonly T[], title: string): T[] {
  const quantity = (of: string): string => (of.includes(': ') ? of.split(': ')[0]! : of);
  return panels.filter((panel) => quantity(panel.title) === quantity(title));
}
