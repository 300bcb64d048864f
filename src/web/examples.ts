// Scenarios to begin with, each loaded when it is chosen.

import replay from './scenarios/replay.yaml';

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly load: () => Promise<string>;
  /** At which something is seen, simulated ns a second. */
  readonly speed: number;
}

const example = (
  name: string,
  title: string,
  speed: number,
  load: () => Promise<{ readonly default: string }>,
): Example => {
  const loaded = async (): Promise<string> => {
    const { default: text } = await load().catch(() => {
      throw new Error(`The page’s example ${name} could not be loaded. Is the server still there?`);
    });
    return text;
  };
  return { name, title, speed, load: loaded };
};

export const EXAMPLES: readonly Example[] = [
  example('bursts.yaml', 'Bursts, close up', 200e3, () => import('./scenarios/bursts.yaml')),
  example('lock.yaml', 'A lock holder that is parked', 100e3, () => import('./scenarios/lock.yaml')),
  example('cliff.yaml', 'The memory cliff', 2e6, () => import('./scenarios/cliff.yaml')),
  example('burst.yaml', 'A burst every 1.5 s', 100e6, () => import('../../examples/burst.yaml')),
  example('what-if.yaml', 'A burst to fork in', 1e6, () => import('../../examples/what-if.yaml')),
  example('colocated.yaml', 'Services beside batch work', 200e3, () => import('../../examples/colocated.yaml')),
  example('fork-join.yaml', 'Requests that fork and join', 200e3, () => import('../../examples/fork-join.yaml')),
  example('taiji-cliff.yaml', 'A memory cliff with compression', 5e6, () => import('../../examples/taiji-cliff.yaml')),
  example('taiji-dpu.yaml', 'Swapped memory on a DPU', 10e6, () => import('../../examples/taiji-dpu.yaml')),
  example(
    'upgrade-under-load.yaml',
    'An upgrade under load',
    10e6,
    () => import('../../examples/upgrade-under-load.yaml'),
  ),
];

/** A scenario that replays a file of arrivals: a column `arrival`, times in ns, and one `service` where there is one. */
export const replayOf = (file: string, service: boolean): string =>
  replay
    .replace('format: csv }', `format: csv, arrivalUnit: ns${service ? ', serviceUnit: ns' : ''} }`)
    .replace(/( *)- tasks: 1\n/, service ? '$1# not what runs: the column service of the file is\n$&' : '$&')
    .replace('FILE', () => JSON.stringify(file));
