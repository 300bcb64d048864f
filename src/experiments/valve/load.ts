// Requests of one GPU: rows of the Azure LLM trace, thinned and repeated, or drawn.

import { InputError, show } from '../../input/errors.js';
import type { GpuRequests } from '../../systems/valve.js';
import { CellProblems, columnIndexes, csvBlocks, decimal } from '../../workload/csv-rows.js';
import { readText, type TraceHost } from '../../workload/text-source.js';
import { exponential, lognormal, stream } from '../draw.js';
import { BLOCK, conversationId, mooncakeRequests } from '../mooncake.js';
import type { Settings } from '../parameters.js';

/** What comes to one GPU. */
export interface OnlineRequests extends GpuRequests {
  /** Tokens of prompts that need not be computed: they were there. */
  readonly found: number;
}

export interface Rows extends GpuRequests {
  /** After which the trace begins again. */
  readonly lengthNs: number;
  /** Of each row that a trace of prompts has: the blocks that its prompt begins with, and which conversation it is of. */
  readonly prefixes?: { readonly blocks: readonly (readonly number[])[]; readonly conversation: Uint32Array };
}

const STAMP = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?$/;

/** Seconds of the day and beyond, and nanoseconds: exact. */
function stamp(text: string): { readonly s: number; readonly ns: number } | null {
  const found = STAMP.exec(text.trim());
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    s: Date.UTC(year, month - 1, day, hour, minute, second) / 1000,
    ns: Number((found[7] ?? '').padEnd(9, '0')),
  };
}

/** @throws InputError with line and column for rows without a time, with tokens that are none, or in no order of time */
export async function readRequests(host: TraceHost, file: string): Promise<Rows> {
  const at: number[] = [];
  const prompt: number[] = [];
  const output: number[] = [];
  let first: { s: number; ns: number } | null = null;
  for await (const block of csvBlocks(readText(host, file), file)) {
    const { header, rows } = block;
    const of = columnIndexes(header, ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'], file);
    const problems = new CellProblems(file);
    rows.forEach((row, r) => {
      const time = stamp(row[of.TIMESTAMP]!);
      if (time === null)
        return problems.add(
          block.line(r),
          'TIMESTAMP',
          row[of.TIMESTAMP]!,
          'a time such as 2023-11-16 18:17:03.9799600',
        );
      first ??= time;
      const ns = (time.s - first.s) * 1e9 + (time.ns - first.ns);
      if (ns < (at.at(-1) ?? 0))
        problems.add(block.line(r), 'TIMESTAMP', row[of.TIMESTAMP]!, 'no time before that of the row above');
      for (const [column, list] of [
        ['ContextTokens', prompt],
        ['GeneratedTokens', output],
      ] as const) {
        const tokens = decimal(row[of[column]]!);
        if (!(Number.isInteger(tokens) && tokens >= 1 && tokens <= 1e6))
          problems.add(block.line(r), column, row[of[column]]!, 'a whole number of tokens from 1 to 1,000,000');
        list.push(tokens);
      }
      at.push(ns);
    });
    problems.throwIfAny();
  }
  if (at.length === 0) throw new InputError({ file, path: 'TIMESTAMP', given: 'no row', expected: 'requests' });
  return {
    at: Float64Array.from(at),
    prompt: Float64Array.from(prompt),
    output: Float64Array.from(output),
    lengthNs: lengthOf(at),
  };
}

/** Behind the last row comes as much as lies between two of them in the mean. */
function lengthOf(at: readonly number[]): number {
  const last = at.at(-1)!;
  return Math.max(1, Math.round(at.length < 2 ? last + 1e9 : last + last / (at.length - 1)));
}

/** @throws InputError with the line of a request that is none, or comes before the one above */
export async function readMooncake(host: TraceHost, file: string): Promise<Rows> {
  const at: number[] = [];
  const prompt: number[] = [];
  const output: number[] = [];
  const blocks: (readonly number[])[] = [];
  const conversation: number[] = [];
  const known = new Map<number, number>();
  for await (const request of mooncakeRequests(host, file)) {
    const ns = request.at * 1e6;
    const line = at.length + 1;
    if (ns < (at.at(-1) ?? 0))
      throw new InputError({
        ...{ file, line, path: 'timestamp', given: show(request.at) },
        expected: 'no time before that of the row above',
      });
    const key = conversationId(request) ?? -1 - at.length;
    if (!known.has(key)) known.set(key, known.size);
    at.push(ns);
    prompt.push(request.tokens);
    output.push(request.output);
    blocks.push(request.blocks);
    conversation.push(known.get(key)!);
  }
  if (at.length === 0) throw new InputError({ file, path: 'timestamp', given: 'no row', expected: 'requests' });
  return {
    at: Float64Array.from(at),
    prompt: Float64Array.from(prompt),
    output: Float64Array.from(output),
    lengthNs: lengthOf(at),
    prefixes: { blocks, conversation: Uint32Array.from(conversation) },
  };
}

/**
 * Prompts without what is there of them already: of each the leading blocks that are held, which are those of the prompts used last, as many
 * as `held`. At least one token is computed. Blocks are there from the arrival of the prompt on that brought them.
 */
export function withoutPrefixes(
  prompts: Float64Array,
  blocks: readonly (readonly number[])[],
  held: number,
): { readonly prompt: Float64Array; readonly found: number } {
  const lru = new Set<number>(); // from the oldest use on; a block's number stands for all before it, too
  let found = 0;
  const prompt = prompts.map((tokens, i) => {
    let leading = 0;
    let missed = false;
    for (const id of blocks[i]!) {
      missed ||= !lru.has(id);
      if (!missed) leading++;
    }
    // from the end, so that what goes first is what nothing follows
    for (const id of blocks[i]!.toReversed()) {
      lru.delete(id);
      lru.add(id);
    }
    for (const id of lru) {
      if (lru.size <= held) break;
      lru.delete(id);
    }
    const own = Math.max(1, tokens - leading * BLOCK);
    found += tokens - own;
    return own;
  });
  return { prompt, found };
}

/**
 * One in `thin` rows (where conversations are known: all rows of one in `thin` of them), of every repetition others, up to `endNs`.
 * `share`: of those again. `held`: blocks of prompts that need not be computed again.
 */
export function thinned(rows: Rows, thin: number, endNs: number, share = 1, held = 0): OnlineRequests {
  const at: number[] = [];
  const from: number[] = [];
  const { conversation } = rows.prefixes ?? {};
  let [seen, taken] = [0, 0];
  for (let round = 0; round * rows.lengthNs < endNs; round++)
    for (let i = 0; i < rows.at.length; i++) {
      if ((conversation?.[i] ?? i) % thin !== round % thin) continue;
      const time = round * rows.lengthNs + rows.at[i]!;
      if (time >= endNs) break;
      if (Math.floor(++seen * share) === taken) continue;
      taken++;
      at.push(time);
      from.push(i);
    }
  const prompts = Float64Array.from(from, (i) => rows.prompt[i]!);
  const blocks = rows.prefixes?.blocks;
  const { prompt, found } =
    blocks === undefined
      ? { prompt: prompts, found: 0 }
      : withoutPrefixes(
          prompts,
          from.map((i) => blocks[i]!),
          held,
        );
  return { at: Float64Array.from(at), prompt, output: Float64Array.from(from, (i) => rows.output[i]!), found };
}

const tokens = (next: () => number, mean: number, cv: number, most: number): number =>
  Math.min(most, Math.max(1, Math.round(lognormal(next, mean, cv))));

/** Poisson; lengths are cut at half of what the memory holds each. */
export function drawn(settings: Settings, rate: number, endNs: number, capacity: number): OnlineRequests {
  const seed = settings.number('seed');
  const [gaps, lengths] = [stream(seed, 0), stream(seed, 1)];
  const at: number[] = [];
  for (let time = exponential(gaps, 1e9 / rate); time < endNs; time += exponential(gaps, 1e9 / rate))
    at.push(Math.round(time));
  const most = Math.max(1, Math.floor(capacity / 2));
  const prompt = new Float64Array(at.length);
  const output = new Float64Array(at.length);
  at.forEach((_, i) => {
    prompt[i] = tokens(lengths, settings.number('prompt'), settings.number('lengthCv'), most);
    output[i] = tokens(lengths, settings.number('output'), settings.number('outputCv'), most);
  });
  return { at: Float64Array.from(at), prompt, output, found: 0 };
}

/** @throws InputError for a row that the memory can never hold */
export function fitting(requests: Rows, capacity: number, file: string): void {
  const wrong = requests.at.findIndex((_, i) => requests.prompt[i]! + requests.output[i]! > capacity);
  if (wrong < 0) return;
  const given = show(requests.prompt[wrong]! + requests.output[wrong]!);
  throw new InputError({
    file,
    ...(requests.prefixes === undefined
      ? { line: wrong + 2, path: 'ContextTokens' }
      : { line: wrong + 1, path: 'input_length' }),
    given: `${given} tokens`,
    expected: `at most ${capacity} with those generated: the capacity (kv / kvPerToken)`,
  });
}
