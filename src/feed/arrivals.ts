// When packets and prompts come: arrivals of a VM that are drawn before the run, by streams of its name and the seed. They are not the host's
// own: a VM behind a datapath or a GPU has other arrivals than before it.

import { nameHash } from '../input/name-hash.js';
import type { Scenario } from '../scenario/types.js';
import { exponential } from '../workload/draw.js';
import { SplitMix64 } from '../workload/random.js';

/** What a stream is for. */
export const PURPOSE = { times: 1, costs: 2, lengths: 3 } as const;

export function streamOf(seed: number, vm: string, purpose: number): SplitMix64 {
  const random = new SplitMix64(seed);
  const { lo, hi } = nameHash(vm);
  for (const word of [lo, hi, purpose]) random.absorb(word);
  return random;
}

/** Whole ns, as the process says that the VM's arrivals follow: poisson or deterministic. */
export function timesOf(vm: string, { vms, seed, warmupNs, durationNs }: Scenario): Float64Array {
  const { arrivals } = vms.find(({ name }) => name === vm)!.workload!;
  if (arrivals.process !== 'poisson' && arrivals.process !== 'deterministic')
    throw new Error(`the arrivals of ${vm} cannot be drawn before the run`);
  const gap = 1e9 / arrivals.rate;
  const random = streamOf(seed, vm, PURPOSE.times);
  const next = arrivals.process === 'poisson' ? (): number => gap * exponential(random) : (): number => gap;
  const found: number[] = [];
  for (let time = next(); time < warmupNs + durationNs; time += next()) found.push(Math.round(time));
  return Float64Array.from(found);
}
