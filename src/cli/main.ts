#!/usr/bin/env node
// The bin's entry: hands the process's arguments and streams to the program, and nothing else.

import { isMainThread, workerData } from 'node:worker_threads';
import { guarded, serveGuarded } from './guard.js';
import { processIo } from './io.js';
import { main } from './program.js';

/** What threads that simulate are asked (pool.ts); loaded by them alone. */
export const serveChunk = async (chunk: never): Promise<unknown> => (await import('./pool.js')).serveChunk(chunk);

const kind = isMainThread ? undefined : (workerData as { readonly kind?: unknown } | null)?.kind;
const isServing = kind === 'fluxhost runs' || kind === 'fluxhost judge';
if (kind === 'fluxhost judge') (await import('./judge-crew.js')).serveJudge();
const program = new URL(import.meta.url);
const isCompiling = isMainThread && process.send !== undefined && process.env['FLUXHOST_COMPILES'] === 'policy';
if (isCompiling) (await import('./compile-apart.js')).serveCompile();
else if (!isServing && !(await serveGuarded(main, program))) {
  // The status is set, not forced: a forced exit would cut output that a pipe has not taken yet.
  const status = await guarded(main, process.argv.slice(2), { ...processIo(), program }, program);
  process.exitCode ??= status; // set already where the output could not be written
}
