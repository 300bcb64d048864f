#!/usr/bin/env node
// The bin's entry: hands the process's arguments and streams to the program, and nothing else.

import { processIo } from './io.js';
import { main } from './program.js';

// The status is set, not forced: a forced exit would cut output that a pipe has not taken yet.
const status = await main(process.argv.slice(2), processIo());
process.exitCode ??= status; // set already where the output could not be written
