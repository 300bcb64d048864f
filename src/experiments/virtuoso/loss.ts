// What budgets cost where nobody needs them: two tenants of one kind of packet that fill the datapath.

import { runFastPath } from '../../systems/virtuoso.js';
import type { Settings } from '../parameters.js';
import { cyclesOf, pathOf, tenantOf } from './datapath.js';

export interface Loss {
  /** Packets not served since budgets say who is. */
  readonly policy: number;
  /** Of the cycles, those that tell a batch's own. */
  readonly accounting: number;
}

export async function lossOf(settings: Settings, module?: WebAssembly.Module): Promise<Loss> {
  const cost = settings.number('victim.cost');
  const tenants = (['victim', 'aggressor'] as const).map((who) => ({
    ...tenantOf(settings, who, { process: 'full' }, cost),
    weight: 1,
  }));
  const until = cyclesOf(settings, settings.number('duration') * 1000);
  const served = async (discipline: 'fifo' | 'cycles'): Promise<number> => {
    const run = await runFastPath(pathOf(settings, discipline, { tenants, until }), module);
    return run.tenants.reduce((sum, tenant) => sum + tenant.served, 0);
  };
  const without = await served('fifo');
  const accounting = settings.number('accounting');
  const batch = settings.number('batch') * cost;
  return {
    policy: without === 0 ? 0 : 1 - (await served('cycles')) / without,
    accounting: accounting / (accounting + batch),
  };
}
