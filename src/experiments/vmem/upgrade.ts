// Hot upgrades while VMs are made and destroyed a thousand times a second: what waits, what fails, what rolls back. Beside it
// the control, a module taken out and put in again, which shows that the traffic does hit the window.

import { formatDurationNs } from '../../report/units.js';
import { Figures, type Measured, type Laboratory, numberAt } from '../measured.js';
import type { ExperimentResult } from '../experiment.js';
import type { Settings } from '../parameters.js';
import { VMEM_UPGRADE } from './servers.js';
import { upgradePicture } from './pictures.js';

const MEMORY = 'runs.0.memory';
const FAILED = `${MEMORY}.vms.failed`;
const time = formatDurationNs;

function row(figures: Figures, name: string, run: Measured): string[] {
  const at = (path: string): string => figures.show(run, `${MEMORY}.${path}`, String);
  const timeAt = (path: string): string => figures.show(run, `${MEMORY}.${path}`, time);
  return [
    name,
    at('operationNs.count'),
    at('vms.failed'),
    at('vms.operationsFailed'),
    at('upgrades.switched'),
    at('upgrades.rolledBack'),
    at('upgrades.operationsDelayed'),
    timeAt('upgrades.pauseNs.max'),
    timeAt('operationNs.p99'),
    timeAt('operationNs.max'),
    at('upgrades.guestsContinued'),
  ];
}

export async function upgrade(laboratory: Laboratory, settings: Settings): Promise<ExperimentResult> {
  const hot = await laboratory.reserve(VMEM_UPGRADE);
  const reload = await laboratory.reserve(VMEM_UPGRADE, ['upgrade.mode=reload', 'upgrade.failureShare=0']);
  const figures = new Figures();
  const ofTable = new Figures();
  const at = (path: string): string => figures.show(hot, `${MEMORY}.${path}`, String);
  const rows = [row(ofTable, 'hot', hot), row(ofTable, 'reload', reload)];
  return {
    claims: [
      {
        id: 'failed-operations',
        claim: 'VM operations that fail during hot upgrades',
        source: 'arXiv:2511.09961, abstract: first such architecture to support online upgrades',
        paper: 'no figure; upgrades are online',
        ours:
          `${at('vms.failed')} VMs and ${at('vms.operationsFailed')} resizes and departures of ${at('operationNs.count')} operations, ${at('upgrades.attempted')} upgrades, ` +
          `${at('upgrades.rolledBack')} of them rolled back; ${figures.show(reload, `${MEMORY}.vms.failed`, String)} VMs and ` +
          `${figures.show(reload, `${MEMORY}.vms.operationsFailed`, String)} resizes and departures fail where the module is reloaded instead`,
        brief: `${numberAt(hot.document, FAILED)!} VMs fail, ${numberAt(reload.document, FAILED)!} where the module is reloaded`,
        unit: 'operations',
        supported: 'partly',
        assumptions: [
          "that operations wait and frames stay is how the protocol is modelled (prepare, quiesce, transfer, switch); the copy, its check and the rollback are carried out on the allocator's tables",
          `pause lengths are not published: the tables are handed over at ${1e9 / settings.number('upgrade.transferPerGB')} GB/s and switched in ${settings.number('upgrade.switch') / 1000} us (assumed)`,
          `the longest operation took ${figures.show(hot, `${MEMORY}.operationNs.max`, time)} with a longest pause of ${figures.show(hot, `${MEMORY}.upgrades.pauseNs.max`, time)}`,
          `every frame has one owner and none is lost: checked ${at('checks')} times during the run`,
        ],
        command: figures.command,
        figures: figures.list,
      },
    ],
    tables: [
      {
        title: 'A thousand VMs a second, an upgrade every 500 ms, 20 s',
        question: 'Do operations fail during an upgrade?',
        head: [
          'upgrade',
          'operations',
          'VMs failed',
          'others failed',
          'switched',
          'rolled back',
          'waited',
          'longest pause',
          'p99',
          'longest',
          'guests kept',
        ],
        rows,
        picture: upgradePicture(rows),
        figures: ofTable.list,
      },
    ],
  };
}
