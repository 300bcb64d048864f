// Systems as policies over servers and kept instances: what crosses the boundary. One run an instance of the core; numbers only.
// Order of calls: systemRequests → columns and settings written → nexusRun or nanvixRun → answers and columns read.

import { answersAt, makeRequests, requests, settingsAt } from "./requests";

export { gilAnswers, gilBegin, gilForget, gilHistogram, gilLimit, gilRun, gilTable } from "./gil";
export { gpuColumns, gpuRun, gpuTables, gpuTimeline } from "./valve";
export { nanvixRun } from "./nanvix";
export { nexusRun } from "./nexus";
export { fastpathHistogram, fastpathRun, fastpathServer, fastpathTenants } from "./virtuoso";

/** Where the columns' addresses are: at, fn, compute, fetch, write, done, started, flags, sizes (u32 each); 0 without memory. */
export function systemRequests(count: u32, functions: u32): usize {
  return makeRequests(count, functions) ? changetype<usize>(requests) + 4 : 0;
}

/** Where the settings are to be written, f64 each: NEXUS_* or NANVIX_*. */
export function systemSettings(): usize {
  return settingsAt();
}

/** Where the answers are, f64 each: ANSWER_*. */
export function systemAnswers(): usize {
  return answersAt();
}
