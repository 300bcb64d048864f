// Strips as text: letters, and values by how often each stands in a row. Read by the page of figures too, so it needs nothing.

/** What a core did, a letter each: `.` nothing, `r` ran tasks, `s` searched, stole or spun, `m` was on its way from or to a vCPU. */
export const DOING = { idle: '.', running: 'r', searching: 's', moving: 'm' } as const;

/** `7 7 7 2` as `7*3 2*1`. */
export function runsText(values: Iterable<number>): string {
  const runs: [value: number, columns: number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last?.[0] === value) last[1]++;
    else runs.push([value, 1]);
  }
  return runs.map(([value, columns]) => `${value}*${columns}`).join(' ');
}

/** The values and lengths of a text of runs. */
export const runsOf = (text: string): [value: number, columns: number][] =>
  text === '' ? [] : text.split(' ').map((run) => run.split('*').map(Number) as [number, number]);
