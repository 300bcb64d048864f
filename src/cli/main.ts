#!/usr/bin/env node
// The bin's entry: hands the process's arguments and streams to the program, and nothing else.

import { guarded, serveGuarded } from './guard.js';
import { processIo } from './io.js';
import { serveRuns } from './pool.js';
import { main } from './program.js';

const program = new URL(import.meta.url);
if (!serveRuns() && !(await serveGuarded(main, program))) {
  // The status is set, not forced: a forced exit would cut output that a pipe has not taken yet.
  const status = await guarded(main, process.argv.slice(2), { ...processIo(), program }, program);
  process.exitCode ??= status; // set already where the output could not be written
}
