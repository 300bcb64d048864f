// "What became of the packets?": of each VM behind the datapath those that were let through and those that were dropped, and why.

import type { DatapathResult } from '../../../datapath/result.js';
import { answersOf, answerText } from '../../datapath-table.js';
import { formatCount, formatShare } from '../../units.js';
import type { Figure, Texture } from '../figure.js';
import { duration, listed, colourOfVm } from '../words.js';
import type { Named } from './named.js';

type Tenant = DatapathResult['tenants'][number];

const FATES = [
  ['served', 'let through', 'solid'],
  ['droppedForBudget', 'dropped, over its budget', 'hatch'],
  ['droppedForQueue', 'dropped, the queue was full', 'light'],
  ['inFlight', 'on the way at the end', 'empty'],
] as const satisfies readonly (readonly [keyof Tenant, string, Texture])[];

function sentence(tenant: Tenant): string {
  const { vm, arrived, droppedForBudget, droppedForQueue, latencyNs } = tenant;
  const share = (count: number): string => formatShare(arrived === 0 ? null : count / arrived);
  const dropped = [
    ...(droppedForBudget > 0 ? [`${share(droppedForBudget)} are dropped for its budget`] : []),
    ...(droppedForQueue > 0 ? [`${share(droppedForQueue)} for a full queue`] : []),
  ];
  return `${vm}: ${dropped.length === 0 ? 'nothing is dropped' : listed(dropped)}, and p99 of the wait to be let through is ${duration(latencyNs.p99)}`;
}

export function datapathFigure(runs: readonly Named[]): Figure | undefined {
  const found = runs.flatMap(({ label, result }) =>
    (result.datapath?.tenants ?? []).map((tenant) => {
      const colour = colourOfVm(result.vms, tenant.vm);
      return { name: runs.length === 1 ? tenant.vm : `${label}, ${tenant.vm}`, tenant, colour };
    }),
  );
  if (found.length === 0) return undefined;
  const answers = runs.flatMap(({ label, result }) =>
    answersOf(result).map((one) => answerText(runs.length === 1 ? one : { ...one, vm: `${label}, ${one.vm}` })),
  );
  return {
    id: 'datapath',
    question: 'What became of the packets in the datapath?',
    answer: `${found.map(({ name, tenant }) => sentence({ ...tenant, vm: name })).join('; ')}.`,
    caption:
      "Packets of each VM in the measured time. A request's latency begins where its packet is let through." +
      (answers.length === 0 ? '' : ` From packet to answer: ${answers.join('; ')}.`),
    drawing: {
      kind: 'stack',
      unit: 'packets',
      rows: found.map(({ name, tenant, colour }) => ({
        name,
        parts: FATES.map(([fate, words, texture]) => ({ name: words, colour, texture, seconds: tenant[fate] })),
      })),
    },
    table: {
      head: ['packets', 'came', ...FATES.map(([, words]) => words), 'mean', 'p50', 'p99', 'max'],
      rows: found.map(({ name, tenant }) => {
        const { mean, p50, p99, max } = tenant.latencyNs;
        const times = [mean, p50, p99, max].map((ns) => duration(ns));
        return [name, formatCount(tenant.arrived), ...FATES.map(([fate]) => formatCount(tenant[fate])), ...times];
      }),
    },
  };
}
