// Options of commands whose work may be shared: among machines (a queue), among parts (--shard), with a run before (--resume).

import { show } from '../input/errors.js';
import { type Shard, WHOLE } from '../study/engine.js';
import type { Arguments } from './args.js';
import { redisOf } from './queue.js';

const MOST_SHARDS = 100_000;

/** `rows`: what the work consists of. */
export const sharedBy = (command: string, rows: string) =>
  ({
    engine: { value: 'NAME', help: 'local (default), or bullmq: the machines that run fluxhost worker' },
    redis: { value: 'URL', help: 'with --engine bullmq: its queue, such as redis://127.0.0.1:6379' },
    resume: { help: 'with --out: goes on where a run in DIR was interrupted or killed' },
    shard: {
      value: 'I/N',
      help: `with --out: ${command} the I-th of N parts of the ${rows}; fluxhost merge puts them together`,
    },
  }) as const;

/** What of it was asked for. */
export interface Sharing {
  /** Of the queue; undefined: this machine. */
  readonly redis: string | undefined;
  readonly shard: Shard;
  readonly resume: boolean;
}

/** `3/8`: the third of eight. */
function shardOf(given: Arguments): Shard {
  const text = given.text('shard');
  if (text === undefined) return WHOLE;
  const [part = NaN, of = NaN] = /^\d{1,6}\/\d{1,6}$/.test(text) ? text.split('/').map(Number) : [];
  if (part >= 1 && part <= of && of <= MOST_SHARDS) return [part, of];
  given.problems.push(`--shard: given ${show(text)}, expected I/N such as 1/8, I from 1 to N`);
  return WHOLE;
}

function queueOf(given: Arguments): string | undefined {
  const engine = given.text('engine') ?? 'local';
  if (engine === 'bullmq') {
    if (given.text('workers') !== undefined)
      given.problems.push('--workers: given with --engine bullmq, where each fluxhost worker has its own');
    if (given.text('core') !== undefined)
      given.problems.push('--core: given with --engine bullmq, whose workers simulate on the core of their fluxhost');
    return redisOf(given);
  }
  if (engine !== 'local') given.problems.push(`--engine: given ${show(engine)}, expected local or bullmq`);
  else if (given.text('redis') !== undefined)
    given.problems.push('--redis: given without --engine bullmq, expected both');
  return undefined;
}

/** Whatever does not fit goes to the problems. */
export function sharingOf(given: Arguments): Sharing {
  const redis = queueOf(given);
  const shard = shardOf(given);
  for (const option of ['resume', 'shard'] as const)
    if (given.text('out') === undefined && (given.flag(option) || given.text(option) !== undefined))
      given.problems.push(`--${option}: given without --out, expected --out DIR as well`);
  return { redis, shard, resume: given.flag('resume') };
}
