// Where a word beside a rule stands: where no line goes through it, as far as there is such a place.

type Place = readonly [x: number, y: number];

const CHARACTER = 7.4;
/** Half of what a line of text takes, with the marks around a point. */
const HALF = 12;
const STEP = 6;

/** Every few pixels of a line. */
function along(line: readonly Place[]): Place[] {
  return line.flatMap(([x, y], i): Place[] => {
    const [toX, toY] = line[i + 1] ?? [x, y];
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - x, toY - y) / STEP));
    return Array.from({ length: steps }, (_, k) => [x + ((toX - x) * k) / steps, y + ((toY - y) * k) / steps]);
  });
}

/** Above the rule at `y`, or below it; from the left on. The one that fewest points are in, where none is free. */
export function freeSpot(
  lines: readonly (readonly Place[])[],
  text: string,
  [left, right]: readonly [number, number],
  y: number,
): [x: number, y: number] {
  const wide = text.length * CHARACTER;
  const points = lines.flatMap(along);
  const most = Math.max(0, right - left - wide);
  const spots = [y - 10, y + 12].flatMap((middle) =>
    Array.from({ length: 13 }, (_, i): [number, number] => [left + (most * i) / 12, middle]),
  );
  const within = ([x, middle]: Place): number =>
    points.filter(([px, py]) => px > x - 6 && px < x + wide + 6 && Math.abs(py - middle) < HALF).length;
  return spots.reduce((best, one) => (within(one) < within(best) ? one : best));
}
