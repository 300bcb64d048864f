// How much of a server can be sold. The page descriptors' part follows from 64 B for each 4 KiB page and is checked against the
// published effect of Linux's vmemmap optimization; the part of separate pools needs a workload, which is assumed.

import { resolveReserve } from '../../reserve/parse.js';
import { MANAGER_KINDS } from '../../reserve/schema.js';
import { type Laboratory, type Measured, Figures, numberAt } from '../measured.js';
import type { ClaimNumbers } from '../../report/claim-numbers.js';
import type { Claim, ExperimentTable, ExperimentResult } from '../experiment.js';
import { VMEM_SERVER, VM_BOOT } from './servers.js';
import { plansPicture, soldPicture } from './pictures.js';

const GIB = 2 ** 30;
const ABSTRACT = 'arXiv:2511.09961, abstract';

/** What Linux's own change is said to leave, in the order of the run: the machine sells less, or more, than so much. */
const LINUX = [
  {
    id: 'check-descriptors',
    name: 'Linux with all page descriptors',
    bound: '<',
    gib: 376,
    assumptions: ['2 GiB for the host, fitted to the 376'],
  },
  {
    id: 'check-vmemmap',
    name: "Linux's vmemmap optimization",
    bound: '>',
    gib: 381,
    assumptions: ['2 GiB for the host, fitted to the 376 without it; the step to 381 is not fitted'],
  },
] as const;

const POINTS = 'differences.0.sellablePoints';
const GAPS = ['30m', '15m', '8m'] as const;
const LARGE_SHARES = [0, 0.5, 0.8] as const;
const SOLD = (run: number): string => `runs.${run}.memory.soldShare`;

const gib = (bytes: number | null): string => (bytes! / GIB).toFixed(2);
const signed = (points: number | null): string => `${points! >= 0 ? '+' : ''}${points!.toFixed(2)}`;
const percent = (share: number | null, digits = 1): string => `${(share! * 100).toFixed(digits)} %`;

/** Memory asked for at one time, over the server's. */
function demand(gap: string): number {
  const { vms, server } = resolveReserve({
    ...VMEM_SERVER.input,
    vms: { ...VMEM_SERVER.input.vms!, meanGap: gap },
  }).scenario;
  const mean = <T extends { weight: number }>(list: readonly T[], value: (item: T) => number): number =>
    list.reduce((sum, item) => sum + item.weight * value(item), 0) / list.reduce((sum, { weight }) => sum + weight, 0);
  const asked = mean(vms!.sizes, ({ memory }) => memory) * mean(vms!.lifetimes, (one) => one.mean);
  return asked / vms!.meanGap / server.memory;
}

/** What is sold on average over three months, with the pools of hugetlb split in several ways; and the differences where all is asked for. */
async function sold(
  laboratory: Laboratory,
): Promise<{ table: ExperimentTable; apart: { points: number; run: Measured }[] }> {
  const figures = new Figures();
  const apart: { points: number; run: Measured }[] = [];
  const rows: string[][] = [];
  for (const gap of GAPS) {
    const row = [percent(demand(gap), 0)];
    for (const [index, large] of LARGE_SHARES.entries()) {
      const set = [`vms.meanGap=${gap}`, `hugetlb.largeShare=${large}`];
      const run = await laboratory.reserve(VMEM_SERVER, set, ['hugetlb']);
      if (index === 0) row.push(figures.show(run, SOLD(0), percent));
      row.push(figures.show(run, SOLD(1), percent));
      const points = (numberAt(run.document, SOLD(0))! - numberAt(run.document, SOLD(1))!) * 100;
      if (demand(gap) > 1) apart.push({ points, run });
    }
    rows.push(row);
  }
  const head = ['asked for', 'vmem', ...LARGE_SHARES.map((share) => `hugetlb, ${share * 100} % in 1 GiB pages`)];
  const table = {
    title: 'Memory sold over three months of assumed VMs, mean share of the server',
    question: 'How much of the memory is sold, by how much is asked for?',
    head,
    rows,
    picture: soldPicture(head, rows),
    figures: figures.list,
  };
  return { table, apart: apart.sort((a, b) => a.points - b.points) };
}

async function plans(laboratory: Laboratory): Promise<ExperimentTable> {
  const figures = new Figures();
  const run = await laboratory.reserve(VM_BOOT, [], MANAGER_KINDS.slice(1));
  const rows = MANAGER_KINDS.map((kind, index) => {
    const at = (name: string, digits: number): string =>
      figures.show(run, `runs.${index}.memory.plan.${name}`, (bytes) => (bytes! / GIB).toFixed(digits));
    return [
      kind,
      at('sellableBytes', 2),
      at('descriptorBytes', 2),
      at('tableBytes', 4),
      at('headroomBytes', 2),
      figures.show(run, `runs.${index}.memory.plan.sellableShare`, (share) => percent(share, 2)),
    ];
  });
  return {
    title: 'Where 384 GiB go (2 GiB for the host, one pool of 2 MiB pages), GiB',
    question: 'Where do 384 GiB go?',
    head: ['manager', 'sellable', 'page descriptors', 'tables', 'headroom', 'share'],
    rows,
    picture: plansPicture(rows),
    figures: figures.list,
  };
}

/** Points of the server's memory, the published ones beside those of a run. */
const points = ({ document }: Measured): ClaimNumbers => ({
  unit: 'change',
  paper: { bound: '≈', value: 0.02 },
  ours: [{ where: '', value: numberAt(document, POINTS)! / 100 }],
});

export async function sellable(laboratory: Laboratory): Promise<ExperimentResult> {
  const [overHugetlb, overHvo] = [new Figures(), new Figures()];
  const hugetlb = await laboratory.reserve(VM_BOOT, ['manager=hugetlb'], ['vmem']);
  const hvo = await laboratory.reserve(VM_BOOT, ['manager=hvo'], ['vmem']);
  const both = await laboratory.reserve(VM_BOOT, ['manager=hugetlb'], ['hvo']);
  const { table, apart } = await sold(laboratory);
  const ours = `${overHugetlb.show(hugetlb, POINTS, signed)} points from page descriptors alone`;
  const between = [apart[0]!, apart[apart.length - 1]!].map(({ points, run }) => {
    const shares = [0, 1].map((index) => overHugetlb.show(run, SOLD(index), percent));
    return `${points.toFixed(1)} (${shares.join(' less ')})`;
  });
  return {
    claims: [
      {
        id: 'sellable-all-descriptors',
        claim: 'sellable memory, against Linux hugetlb with all page descriptors',
        source: ABSTRACT,
        paper: 'about +2 %',
        ours,
        unit: '% of the server',
        numbers: points(hugetlb),
        supported: 'partly',
        assumptions: [
          'the baseline keeps all page descriptors (64 B for 4 KiB, 1.5625 %)',
          'the host keeps 2 GiB for itself (derived from Linux commit 3dfd02c9)',
          `the remainder has no source; where assumed VMs ask for more than there is, what is sold differs by ${between.join(' to ')} points, by how the pools are split`,
        ],
        command: overHugetlb.command,
        figures: overHugetlb.list,
      },
      {
        id: 'sellable-vmemmap',
        claim: 'sellable memory, against Linux hugetlb with the vmemmap optimization',
        source: `${ABSTRACT}, which does not name the baseline`,
        paper: 'about +2 %',
        ours: `${overHvo.show(hvo, POINTS, signed)} points`,
        unit: '% of the server',
        numbers: points(hvo),
        supported: 'no',
        assumptions: ['one pool of 2 MiB pages; with 1 GiB pages the difference is smaller still'],
        command: overHvo.command,
        figures: overHvo.list,
      },
      ...LINUX.map(({ id, name, bound, gib: stated, assumptions }, index): Claim => {
        const linux = new Figures();
        const path = `runs.${index}.memory.plan.sellableBytes`;
        return {
          id,
          claim: `check: ${name} on a 384 GB machine`,
          source: 'Linux commit 3dfd02c9, message',
          paper: `${bound === '<' ? 'less' : 'more'} than ${stated} GB of 2^30 bytes, in 2 MiB pages`,
          ours: linux.show(both, path, gib),
          unit: 'GiB',
          numbers: {
            unit: 'bytes',
            paper: { bound, value: stated * GIB },
            ours: [{ where: '', value: numberAt(both.document, path)! }],
          },
          supported: 'partly',
          assumptions,
          command: linux.command,
          figures: linux.list,
        };
      }),
    ],
    tables: [await plans(laboratory), table],
  };
}
