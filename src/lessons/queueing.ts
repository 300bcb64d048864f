// Waiting lines: what load does to waiting, by the formula and by the run.

import { erlangC } from '../metrics/erlang.js';
import { groupThousands } from '../report/units.js';
import type { LessonPlan } from './lesson.js';
import { found } from './lesson.js';

export const queueing: LessonPlan = {
  name: 'queueing',
  title: 'How long does a request wait when the cores are nearly busy?',
  make(draw) {
    const cores = draw.of(3, 4, 5, 6, 8);
    const meanUs = draw.of(5, 8, 10, 20, 25);
    const busy = draw.of(0.7, 0.75, 0.8, 0.85);
    const rate = Math.round((busy * cores * 1e6) / meanUs / 100) * 100;
    const load = (rate * meanUs) / 1e6;
    const targetUs = Math.round(meanUs * draw.of(5.2, 5.5, 6));
    const waits = erlangC(cores, load);
    return {
      about:
        `Requests come at random (Poisson, ${groupThousands(rate)} a second), each takes ${meanUs} us on average (exponential), and ${cores} cores serve one ` +
        'queue. That is M/M/k, whose mean wait is known: the simulator has to give the same, and tells the tail as well, which has no such ' +
        'simple form under the systems that you will meet later.',
      scenario: `# Lesson "queueing": one queue, ${cores} cores, nothing costs anything.
version: 1
seed: ${draw.seed()}
duration: 2s
warmup: 200ms
host: { cores: ${cores} }
mechanism: ideal # cores go where work is, at once
costs: none
vms:
  - name: api
    vcpus: { min: 0, max: 32 }
    dispatch: single-queue
    slo: { quantile: 0.99, latency: ${targetUs}us }
    workload:
      arrivals: { process: poisson, rate: ${rate} }
      request: { stages: [{ tasks: 1, service: { dist: exponential, mean: ${meanUs}us } }] }
`,
      questions: [
        {
          ask: `Which share of the time is a core busy, on average?`,
          unit: 'percent',
          of: '',
          tolerance: 0.01,
          answer: () => (100 * load) / cores,
          because: `arrivals per second × mean service / cores = ${rate} × ${meanUs} us / ${cores}`,
        },
        {
          ask: 'Which share of the requests has to wait at all? (Erlang C)',
          unit: 'percent',
          of: '',
          tolerance: 0.01,
          answer: () => 100 * waits,
          because: `C(k, a) with k = ${cores} and a = ${load} erlangs: the Erlang B recurrence B = aB / (k + aB), then B / (1 − ρ + ρB)`,
        },
        {
          ask: 'How long does a request wait on average? (by the formula; the mean includes those that do not wait)',
          unit: 'duration',
          of: '',
          tolerance: 0.02,
          answer: () => (waits * meanUs * 1000) / (cores - load),
          because: 'C(k, a) × mean service / (k − a); fluxhost run FILE --json has vms.0.queueDelayNs.mean beside it',
        },
        {
          ask: 'What is the p99 of the latency in this run?',
          unit: 'duration',
          of: '',
          tolerance: 0.01,
          answer: async ({ run }) => (await run()).vms[0]!.latencyNs.p99!,
          because: 'fluxhost run FILE',
        },
        {
          ask: `How few cores keep p99 within ${targetUs} us?`,
          unit: 'count',
          of: 'cores',
          tolerance: 0,
          answer: async ({ least }) => found(await least(`host.cores=${Math.ceil(load)}..32`, 'api.slo')),
          because: `fluxhost size FILE --find host.cores=${Math.ceil(load)}..32`,
        },
      ],
    };
  },
};
