// What a result says under `datapath`.

import type * as z from 'zod';
import { count, distributions, list, number, once, record, text, told } from '../metrics/figures.js';

const makeSchemas = () => {
  const tenantResult = record('DatapathTenantResult', "What became of a VM's packets.", {
    vm: text('Whose they are.'),
    arrived: count('Packets that came, those on their way when the measured time began among them.'),
    served: count('Let through: requests of the VM.'),
    droppedForBudget: count('Dropped because its budget was used up while others had some.'),
    droppedForQueue: count('Dropped because the queue was full.'),
    inFlight: count('On their way at the end.'),
    usedSeconds: number('Core time of its packets, in the whole run.'),
    latencyNs: told('From arrival to when a packet is let through, in ns.', distributions().distribution),
  });
  const datapathResult = record('DatapathResult', 'What became of packets before they were requests of their VM.', {
    workers: count('Cores that served packets.'),
    tenants: list("One a tenant, in the scenario's order.", tenantResult),
  });
  return { datapathResult };
};

export const datapathSchemas = once(makeSchemas);
export type DatapathResult = z.output<ReturnType<typeof makeSchemas>['datapathResult']>;
