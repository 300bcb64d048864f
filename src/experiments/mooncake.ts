// Requests of the Mooncake trace (Qin et al., FAST 2025): a model's prompts as the blocks of 512 tokens that they consist of. Equal blocks at
// the beginning of two prompts are the same text.

import { InputError } from '../input/errors.js';
import { rowsOf } from '../traces/rows.js';
import { columnIndexes } from '../workload/csv-rows.js';
import type { TraceHost } from '../workload/text-source.js';

/** Tokens of a block. */
export const BLOCK = 512;

export interface MooncakeRequest {
  /** ms since the beginning. */
  readonly at: number;
  /** Of the prompt, and generated. */
  readonly tokens: number;
  readonly output: number;
  /** Of the prompt, from its beginning. */
  readonly blocks: readonly number[];
}

/** All requests share their first block; who shares the second is of one conversation. */
export const conversationId = ({ blocks }: MooncakeRequest): number | undefined => blocks[1];

/** @throws InputError with the line of a request whose blocks are none, or do not hold its tokens */
export async function* mooncakeRequests(host: TraceHost, file: string): AsyncGenerator<MooncakeRequest> {
  for await (const block of rowsOf(host, file, 'json-lines')) {
    const at = columnIndexes(block.header, ['timestamp', 'input_length', 'output_length', 'hash_ids'], file);
    for (const [r, row] of block.rows.entries()) {
      const wrong = (path: string, given: string, expected: string): InputError =>
        new InputError({ file, line: block.line(r), path, given: given.slice(0, 40), expected });
      const number = (path: 'timestamp' | 'output_length', expected: string): number => {
        const value = Number(row[at[path]]!);
        if (!Number.isSafeInteger(value) || value < 0) throw wrong(path, row[at[path]]!, expected);
        return value;
      };
      const blocks: unknown = JSON.parse(row[at.hash_ids]!);
      if (!(Array.isArray(blocks) && blocks.length > 0 && blocks.every((id) => Number.isSafeInteger(id) && id >= 0)))
        throw wrong('hash_ids', row[at.hash_ids]!, 'a list of whole numbers');
      const tokens = Number(row[at.input_length]);
      if (!Number.isSafeInteger(tokens) || Math.ceil(tokens / BLOCK) !== blocks.length)
        throw wrong('input_length', row[at.input_length]!, `tokens for ${blocks.length} blocks of ${BLOCK}`);
      yield {
        at: number('timestamp', 'whole ms'),
        tokens,
        output: number('output_length', 'a whole number of tokens'),
        blocks: blocks as number[],
      };
    }
  }
}
