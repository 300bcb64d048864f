// The least of ordered values for which something holds, by bisection over values that were run. That more helps is what
// bisection takes for granted and what nobody has proved, so the neighbours of the answer are run as well, and what they say is told;
// the upper one, which cannot change the answer, only where somebody is told.

/** Where a range was cut. */
export interface RangeCut {
  /** The last value that the scenario's checks take. */
  at: number;
  /** What they say to the next. */
  refused: string;
}

/** What came of one value. */
export interface Trial {
  /** Runs in which it held, of how many; 0 of 0 where the value is refused. */
  readonly attainedIn: number;
  readonly of: number;
}

export interface Found<T extends Trial> {
  /** The least value found that holds in every run; null where none that was run does. */
  readonly index: number | null;
  /** The least value found that holds in any run; null as above. */
  readonly someIndex: number | null;
  /** Every value that was run, from the least to the greatest. */
  readonly tried: readonly { readonly index: number; readonly trial: T }[];
  /** Values above the answer that were run and did not hold: more did not help. */
  readonly missedAbove: readonly number[];
}

const holds = (trial: Trial): boolean => trial.of > 0 && trial.attainedIn === trial.of;
const holdsSome = (trial: Trial): boolean => trial.attainedIn > 0;

/** Where a search begins, and how far it goes. */
export interface Way {
  /** A number whose run costs nothing or little, such as the scenario's own. */
  readonly hint?: number | undefined;
  /** A number that is likely to be the answer, such as what another mechanism needs: it and its neighbours come first. */
  readonly likely?: number | undefined;
  /** Whether all values are run in the end, so that nothing rests on more being better. */
  readonly every?: boolean;
  /** Whether the value above the answer is run, for `missedAbove`; default true. */
  readonly above?: boolean;
}

/**
 * @param count values, numbered from 0
 * @param run runs one, about `left` more to come; null ends the search, which then answers null
 */
export async function leastOf<T extends Trial>(
  count: number,
  run: (index: number, left: number) => Promise<T | null>,
  { hint, likely, every = false, above = true }: Way = {},
): Promise<Found<T> | null> {
  const trials = new Map<number, T>();
  let stopped = false;
  let left = Math.ceil(Math.log2(count)) + 2;
  const test = async (index: number, wanted: (trial: Trial) => boolean): Promise<boolean> => {
    if (stopped) return false;
    let trial = trials.get(index);
    if (trial === undefined) {
      const result = await run(index, every ? count - trials.size - 1 : Math.max(left, 0));
      left -= 1;
      if (result === null) {
        stopped = true;
        return false;
      }
      trials.set(index, result);
      trial = result;
    }
    return wanted(trial);
  };
  /** Between `low` - 1, which does not hold, and `high`, which does. */
  const bisect = async (low: number, high: number, wanted: (trial: Trial) => boolean): Promise<number> => {
    while (low < high && !stopped) {
      left = Math.ceil(Math.log2(high - low + 1)) + 1;
      const near = likely === undefined ? [] : [likely, likely - 1, likely + 1];
      const middle = near.find((i) => low <= i && i < high && !trials.has(i)) ?? Math.floor((low + high) / 2);
      if (await test(middle, wanted)) high = middle;
      else low = middle + 1;
    }
    return high;
  };
  const least = async (wanted: (trial: Trial) => boolean, most: number): Promise<number | null> => {
    if (hint !== undefined && hint >= 0 && hint < most) await test(hint, wanted);
    // what is known already narrows the search
    let [low, high] = [0, most];
    for (const [index, trial] of trials) if (index <= high && wanted(trial)) high = index;
    for (const [index, trial] of trials) if (index < high && !wanted(trial)) low = Math.max(low, index + 1);
    if (high === most && !(await test(most, wanted))) return null;
    return bisect(low, high, wanted);
  };
  const lowest = (wanted: (trial: Trial) => boolean): number | null => {
    const indices = [...trials].filter(([, trial]) => wanted(trial)).map(([index]) => index);
    return indices.length === 0 ? null : Math.min(...indices);
  };
  const all = await least(holds, count - 1);
  if (!stopped) await least(holdsSome, all ?? count - 1);
  // a run beside the answer may hold as well, where more does not always help: then that is the answer, with its own neighbours
  for (let index = lowest(holds), before = -1; index !== null && index !== before && !stopped; index = lowest(holds)) {
    before = index;
    if (index > 0) await test(index - 1, holds);
    if (above && index + 1 < count) await test(index + 1, holds);
  }
  for (let index = 0; every && index < count && !stopped; index++) await test(index, holds);
  if (stopped) return null;
  const tried = [...trials].sort(([a], [b]) => a - b).map(([index, trial]) => ({ index, trial }));
  const index = lowest(holds);
  return {
    index,
    someIndex: lowest(holdsSome),
    tried,
    missedAbove:
      index === null ? [] : tried.filter(({ index: i, trial }) => i > index && !holds(trial)).map((one) => one.index),
  };
}
