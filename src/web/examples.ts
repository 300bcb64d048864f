// Scenarios to begin with, part of the page: nothing is fetched. The first plays when the page opens.

import bursts from './scenarios/bursts.yaml';
import cliff from './scenarios/cliff.yaml';
import lock from './scenarios/lock.yaml';
import replay from './scenarios/replay.yaml';
import burst from '../../examples/burst.yaml';
import colocated from '../../examples/colocated.yaml';
import forkJoin from '../../examples/fork-join.yaml';
import taijiCliff from '../../examples/taiji-cliff.yaml';
import taijiDpu from '../../examples/taiji-dpu.yaml';
import upgrade from '../../examples/upgrade-under-load.yaml';
import whatIf from '../../examples/what-if.yaml';

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** At which something is seen, simulated ns a second. */
  readonly speed: number;
}

export const EXAMPLES: readonly Example[] = [
  { name: 'bursts.yaml', title: 'Bursts, close up', text: bursts, speed: 200e3 },
  { name: 'lock.yaml', title: 'A lock holder that is parked', text: lock, speed: 100e3 },
  { name: 'cliff.yaml', title: 'The memory cliff', text: cliff, speed: 2e6 },
  { name: 'burst.yaml', title: 'A burst every 1.5 s', text: burst, speed: 100e6 },
  { name: 'what-if.yaml', title: 'A burst to fork in', text: whatIf, speed: 1e6 },
  { name: 'colocated.yaml', title: 'Services beside batch work', text: colocated, speed: 200e3 },
  { name: 'fork-join.yaml', title: 'Requests that fork and join', text: forkJoin, speed: 200e3 },
  { name: 'taiji-cliff.yaml', title: 'A memory cliff with compression', text: taijiCliff, speed: 5e6 },
  { name: 'taiji-dpu.yaml', title: 'Swapped memory on a DPU', text: taijiDpu, speed: 10e6 },
  { name: 'upgrade-under-load.yaml', title: 'An upgrade under load', text: upgrade, speed: 10e6 },
];

/** A scenario that replays a file of arrivals: a column `arrival`, times in ns, and one `service` where there is one. */
export const replayOf = (file: string): string => replay.replace('FILE', JSON.stringify(file));
