// Sizes of VMs by weight. The draw of VM i is a stream of its own, so that other VMs may come and go.

import { DRAW } from './host-events.js';
import { PlacementCore } from './placement.js';
import type { Fleet } from './types.js';

export type Size = NonNullable<Fleet['vms']['generated']>['sizes'][number];

/** The size of the `i`-th VM. */
export async function drawerOf(
  sizes: readonly Size[],
  seed: number,
  given?: Pick<PlacementCore, 'draw'>,
): Promise<(i: number) => Size> {
  const core = given ?? (await PlacementCore.create([], 'first-fit'));
  const total = sizes.reduce((sum, { weight }) => sum + weight, 0);
  return (i) => {
    let left = core.draw(seed, i, DRAW.size) * total;
    return sizes.find(({ weight }) => (left -= weight) < 0) ?? sizes.at(-1)!;
  };
}
