// What the core counts, as figures of a result: one row a counter says where it is, how it is told and what it means. What reads
// it, its schema (figures.ts), its type and the words that an editor shows follow from the row.

/** A counter of the core. */
export interface Counter {
  /** Which word of the counters it is: a layout.ts of assembly/. */
  readonly word: number;
  /** `seconds`: counted in ns, told in seconds. */
  readonly unit: 'count' | 'seconds';
  readonly meaning: string;
}

/** A histogram of the core, told as a distribution. */
export interface Recorded {
  /** Which one it is: HISTOGRAM_* in assembly/layout.ts. */
  readonly histogram: number;
  readonly meaning: string;
}

export const NS_PER_SECOND = 1e9;

export const counter = (word: number, meaning: string): Counter => ({ word, unit: 'count', meaning });
export const seconds = (word: number, meaning: string): Counter => ({ word, unit: 'seconds', meaning });
export const recorded = (histogram: number, meaning: string): Recorded => ({ histogram, meaning });

/** Counters by their words. */
export type Words = Readonly<Record<number, number>>;

/** The figures of a table's rows. */
export function counted<T extends Readonly<Record<string, Counter>>>(rows: T, words: Words): Record<keyof T, number> {
  // of thousands of functions, after every run: a loop takes a third of the time of entries made into an object
  const told = {} as Record<keyof T, number>;
  for (const name in rows) {
    const { word, unit } = rows[name]!;
    told[name] = (words[word] ?? 0) / (unit === 'seconds' ? NS_PER_SECOND : 1);
  }
  return told;
}

/** Something of each of a table's rows. */
export function ofEach<T extends object, V>(rows: T, make: (row: T[keyof T]) => V): Record<keyof T, V> {
  const made = {} as Record<keyof T, V>;
  for (const name in rows) made[name] = make(rows[name]);
  return made;
}
