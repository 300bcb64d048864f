// Calls of functions with deadlines: a trace under every order, at a load that its time is scaled to.

import { InputError } from '../../input/errors.js';
import { Simulation } from '../../simulation.js';
import { openTrace } from '../../workload/index.js';
import type { OrderKind } from '../../order/types.js';
import type { Asked } from '../experiment.js';
import { ANALYTIC, orderOf } from './study.js';
import { hostOf, metShare, outcomeOf } from './sets.js';

export interface Calls {
  readonly factor: number;
  readonly load: number;
  readonly calls: number;
  /** Deadlines met under each order. */
  readonly shares: Readonly<Record<string, number>>;
}

export async function calls({ settings, files, module }: Asked): Promise<Calls> {
  const file = settings.text('trace');
  if (files === undefined) throw new InputError({ path: 'trace', given: file, expected: 'a place to read files from' });
  const limit = settings.number('trace.limit');
  let [count, workNs, lastNs] = [0, 0, 0];
  const read = openTrace({ file, format: 'azure-2021', limit, startNs: 'first' }, files);
  for await (const { count: n, atNs, serviceNs } of read) {
    for (let i = 0; i < n; i++) workNs += serviceNs[i]!;
    count += n;
    if (n > 0) lastNs = atNs[n - 1]!;
  }
  if (workNs === 0 || lastNs === 0) {
    const expected = 'calls of some length, at two instants or more';
    throw new InputError({ path: 'trace', given: `${file} with ${count} calls`, expected });
  }
  const cores = settings.number('trace.cores');
  const timeScale = workNs / (settings.number('trace.load') * cores) / lastNs;
  const factor = settings.number('trace.deadline');
  const shares: Record<string, number> = {};
  const under: readonly (readonly [OrderKind, number?])[] = [
    ...ANALYTIC.map((kind) => [kind] as const),
    ...settings.list('bins').map((bins) => ['qllf', Number(bins)] as const),
  ];
  for (const [kind, bins] of under) {
    const order = orderOf(settings, kind, bins);
    // what is beyond the range falls into the last bin
    const ranged = bins === undefined || order.rangeNs !== undefined ? order : { ...order, rangeNs: 1e9 };
    const input = hostOf(cores, Math.max(1, Math.ceil(lastNs * timeScale)), ranged, {
      arrivals: {
        process: 'trace',
        file,
        format: 'azure-2021',
        limit,
        start: 'first',
        timeScale,
        deadlineFactor: factor,
      },
    });
    const simulation = await Simulation.create(input, { files, ...(module === undefined ? {} : { module }) });
    try {
      await simulation.run();
      shares[bins === undefined ? kind : `qllf of ${bins}`] = metShare(outcomeOf(simulation));
    } finally {
      simulation.close();
    }
  }
  return { factor, load: settings.number('trace.load'), calls: count, shares };
}
