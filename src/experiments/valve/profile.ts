// Profiles of steps that a reader names (Vidur's mlp.csv), and factors of steps (PAI's mini-batch times).

import { InputError } from '../../input/errors.js';
import { CellProblems, columnIndexes, csvBlocks, decimal } from '../../workload/csv-rows.js';
import { readText, type TraceHost } from '../../workload/text-source.js';
import type { Profile } from '../../systems/gpu-profile.js';

const OPERATION = /^time_stats\.(.+)\.median$/;

/** @throws InputError with line and column for cells that are no times, and for a file without a row of one worker */
export async function readProfile(host: TraceHost, file: string, layers: number): Promise<Profile> {
  const points = new Map<number, number[]>();
  for await (const block of csvBlocks(readText(host, file), file)) {
    const { header, rows } = block;
    const of = columnIndexes(header, ['num_tokens', 'num_tensor_parallel_workers', 'time_stats.emb.median'], file);
    const operations = header.flatMap((name, i) => (OPERATION.test(name) ? [i] : []));
    const problems = new CellProblems(file);
    rows.forEach((row, r) => {
      if (decimal(row[of.num_tensor_parallel_workers]!) !== 1) return;
      const tokens = decimal(row[of.num_tokens]!);
      let ms = 0;
      for (const i of operations) {
        const time = decimal(row[i]!);
        if (!(time >= 0)) problems.add(block.line(r), header[i]!, row[i]!, 'a number of ms, 0 or more');
        ms += i === of['time_stats.emb.median'] ? time : layers * time;
      }
      if (!(Number.isInteger(tokens) && tokens >= 0))
        problems.add(block.line(r), 'num_tokens', row[of.num_tokens]!, 'a whole number of tokens');
      points.set(tokens, [...(points.get(tokens) ?? []), ms]);
    });
    problems.throwIfAny();
  }
  if (points.size === 0)
    throw new InputError({
      file,
      path: 'num_tensor_parallel_workers',
      given: 'no row of 1',
      expected: 'rows of one worker',
    });
  return [...points.entries()]
    .map(([tokens, all]) => [tokens, all.reduce((a, b) => a + b, 0) / all.length] as const)
    .toSorted((a, b) => a[0] - b[0]);
}

/** Factors over their median. */
export async function readJitter(host: TraceHost, file: string): Promise<Float64Array> {
  const times: number[] = [];
  for await (const block of csvBlocks(readText(host, file), file)) {
    const { header, rows } = block;
    const { batch_time_norm: column } = columnIndexes(header, ['batch_time_norm'], file);
    const problems = new CellProblems(file);
    rows.forEach((row, r) => {
      const time = decimal(row[column]!);
      if (!(time > 0)) problems.add(block.line(r), 'batch_time_norm', row[column]!, 'a number above 0');
      times.push(time);
    });
    problems.throwIfAny();
  }
  if (times.length === 0) throw new InputError({ file, path: 'batch_time_norm', given: 'no row', expected: 'rows' });
  const middle = times.toSorted((a, b) => a - b)[(times.length - 1) >> 1]!;
  return Float64Array.from(times, (time) => time / middle);
}
