// What `fluxhost pages` is asked, as plain data that fits into a link: whoever has the trace's bytes gets the same answer
// (answer.ts).

import type { PageTraceOptions } from './api.js';

/** By the words of the command line, lists expanded. */
export interface PagesQuestion extends Omit<PageTraceOptions, 'files' | 'note' | 'module'> {
  /** Its name among the files. */
  readonly trace: string;
  readonly policies: readonly string[];
  readonly capacities: readonly string[];
  /** Policies whose curves are drawn from miniatures. */
  readonly curves: readonly string[];
  /** The curve of LRU. */
  readonly mrc: boolean;
  /** Share of the pages that curves are taken from. */
  readonly shards?: number;
  readonly seed?: number;
  readonly swapIn?: string;
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');
const LISTS = ['policies', 'capacities', 'curves'] as const;
const TEXTS = ['format', 'pageSize', 'pageColumn', 'addressColumn', 'writeColumn', 'sizeColumn', 'swapIn'] as const;

/** Whether a value has the shape of a question; what stands in its words is told by its answer. */
export function isPagesQuestion(value: unknown): value is PagesQuestion {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const { trace, mrc, shards, seed, instructions, hashIds, writeValues } = fields;
  return (
    typeof trace === 'string' &&
    typeof mrc === 'boolean' &&
    typeof fields['format'] === 'string' &&
    LISTS.every((name) => isTexts(fields[name])) &&
    TEXTS.every((name) => ['undefined', 'string'].includes(typeof fields[name])) &&
    [shards, seed].every((one) => ['undefined', 'number'].includes(typeof one)) &&
    [instructions, hashIds].every((one) => ['undefined', 'boolean'].includes(typeof one)) &&
    (writeValues === undefined || isTexts(writeValues))
  );
}
