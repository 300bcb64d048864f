// The least of ordered values for which something holds, by bisection over values that were run. That more helps is what
// bisection takes for granted and what nobody has proved, so the neighbours of the answer are run as well, and what they say is told.

/** What came of one value. */
export interface Trial {
  /** Runs in which it held, of how many; 0 of 0 where the value is refused. */
  readonly attainedIn: number;
  readonly of: number;
}

export interface Found<T extends Trial> {
  /** The least value found that holds in every run; null where the greatest does not. */
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

/**
 * @param count values, numbered from 0
 * @param run runs one, about `left` more to come; null ends the search, which then answers null
 * @param hint a number that is likely to be near the answer, such as the scenario's own
 */
export async function leastOf<T extends Trial>(
  count: number,
  run: (index: number, left: number) => Promise<T | null>,
  hint?: number,
): Promise<Found<T> | null> {
  const trials = new Map<number, T>();
  let stopped = false;
  let left = Math.ceil(Math.log2(count)) + 2;
  const test = async (index: number, wanted: (trial: Trial) => boolean): Promise<boolean> => {
    if (stopped) return false;
    let trial = trials.get(index);
    if (trial === undefined) {
      const result = await run(index, Math.max(left, 0));
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
      const middle = Math.floor((low + high) / 2);
      if (await test(middle, wanted)) high = middle;
      else low = middle + 1;
    }
    return high;
  };
  const least = async (wanted: (trial: Trial) => boolean, most: number): Promise<number | null> => {
    let [low, high] = [0, most];
    if (hint !== undefined && hint > 0 && hint < most && !stopped) {
      if (await test(hint, wanted)) high = hint;
      else low = hint + 1;
    }
    if (high === most && !(await test(most, wanted))) return null;
    return bisect(low, high, wanted);
  };
  const all = await least(holds, count - 1);
  if (all !== null) {
    if (all > 0) await test(all - 1, holds);
    if (all + 1 < count) await test(all + 1, holds);
  }
  const some = stopped ? null : await least(holdsSome, all ?? count - 1);
  if (stopped) return null;
  const tried = [...trials].sort(([a], [b]) => a - b).map(([index, trial]) => ({ index, trial }));
  // a value below the answer that holds after all would be the answer: runs were made there and told so
  const lowest = tried.find(({ trial }) => holds(trial))?.index ?? null;
  const index = all === null ? lowest : Math.min(all, lowest ?? all);
  return {
    index,
    someIndex: some ?? tried.find(({ trial }) => holdsSome(trial))?.index ?? null,
    tried,
    missedAbove:
      index === null ? [] : tried.filter(({ index: i, trial }) => i > index && !holds(trial)).map((one) => one.index),
  };
}
