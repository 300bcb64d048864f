// What `fluxhost reproduce vmem --set` changes: parameters of `fluxhost reserve`, with the sources that they have there. What a table
// varies (threads that zero, pools, sizes of buffers) is not among them.

import { RESERVE_PARAMETERS } from '../../reserve/parameters.js';
import type { Example } from '../measured.js';
import { changedFields, experimentRows, modelRows, type Settings } from '../parameters.js';
import { VM_BOOT, VMEM_SERVER, VMEM_UPGRADE } from './servers.js';

const OWN = experimentRows([
  ['seed', 'count', 1, 0, 2 ** 32 - 1, "Of the VMs' arrivals, sizes and lifetimes.", 'a choice', 'assumed'],
]);

const BOUNDS = {
  'server.kernel': [1, null],
  'thp.hugeShare': [0, 1],
  'thp.headroomShare': [0, 1],
  'network.walkers': [1, 1024],
  'network.packet': [1, null],
} as const;

const below = (pattern: RegExp): ReturnType<typeof modelRows> =>
  modelRows(
    RESERVE_PARAMETERS.filter(({ path }) => pattern.test(path)),
    'reserve.',
    BOUNDS,
  );

const COSTS = below(/^reserve\.costs\./);
/** Of the server on which one VM boots; the others have values of their own. */
const ONE_VM = below(/^reserve\.(boot\.fixed|server\.kernel|thp\..*|network\.(miss|walkers|packet|translations))$/);
const UPGRADE = below(/^reserve\.upgrade\.(prepare|transferPerGB|switch)$/);

export const VMEM_PARAMETERS = [...OWN, ...COSTS, ...ONE_VM, ...UPGRADE];

/** What a reader changed, as fields of an example. */
export function fieldsOf(settings: Settings, { file }: Example<object>): string[] {
  return [
    ...(file === VM_BOOT.file ? changedFields(ONE_VM, settings) : changedFields(OWN, settings)),
    ...changedFields(COSTS, settings),
    ...(file === VMEM_UPGRADE.file || file === VMEM_SERVER.file ? changedFields(UPGRADE, settings) : []),
  ];
}
