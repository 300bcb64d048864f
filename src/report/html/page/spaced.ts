// Names of one column, none over another.

/** Pixels that a line of text takes. */
export const LINE = 16;

/** Where labels of one column go: in their order, a line apart, and as near to their places as that lets them (isotonic regression). */
export function spaced(places: readonly number[], [top, bottom]: readonly [number, number]): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a]! - places[b]! || a - b);
  const pools: { mean: number; count: number }[] = [];
  order.forEach((index, i) => {
    let pool = { mean: places[index]! - i * LINE, count: 1 };
    for (let last = pools.at(-1); last !== undefined && last.mean > pool.mean; last = pools.at(-1)) {
      pools.pop();
      const count = last.count + pool.count;
      pool = { mean: (last.mean * last.count + pool.mean * pool.count) / count, count };
    }
    pools.push(pool);
  });
  const most = bottom - (places.length - 1) * LINE;
  const found = pools.flatMap(({ mean, count }) => new Array<number>(count).fill(Math.max(top, Math.min(most, mean))));
  const at = new Array<number>(places.length);
  order.forEach((index, i) => (at[index] = found[i]! + i * LINE));
  return at;
}
