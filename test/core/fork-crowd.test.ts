// A host on which very many VMs wait, handed over to an arbiter: it serves them in the order in which their backlogs began, though they
// are told to it in that of their indices.

import { expect, it } from 'vitest';
import { Simulation, withMechanism, type ScenarioInput } from '../../src/index.js';

const [FORK_NS, END_NS] = [20_000_000, 23_000_000];

const work = (value: string, rate?: number): ScenarioInput['vms'][number]['workload'] => ({
  arrivals: rate === undefined ? { process: 'none' } : { process: 'poisson', rate },
  request: { stages: [{ tasks: 1, service: { dist: 'constant', value } }] },
});

it('serves 20,000 VMs that wait by when they began to', async () => {
  const running = await Simulation.create({
    version: 1,
    seed: 3,
    duration: '30ms',
    host: { cores: 2 },
    mechanism: 'ideal',
    costs: 'none',
    histogram: { share: 'group' },
    log: { from: '0us', until: '30ms', events: 50_000 },
    vms: [
      { name: 'long', count: 2, vcpus: { min: 0, max: 1 }, workload: work('20100us') },
      { name: 'api', count: 20_000, vcpus: { min: 0, max: 1 }, workload: work('10us', 50) },
    ],
  });
  // both cores are taken until after the fork, which keeps one of them for the arbiter
  for (const vm of ['long-0', 'long-1']) running.inject({ vm, arrivals: [{ atNs: 0, serviceNs: 20_100_000 }] });
  await running.runUntil(FORK_NS);
  const fork = await running.fork(withMechanism(running.scenario, 'hyperflux'));
  await fork.runUntil(END_NS);
  const { events, left } = fork.eventLog()!;
  expect(left).toBe(0);
  const namesOf = (pattern: RegExp, untilNs: number): string[] => [
    ...new Set(events.flatMap(({ timeNs, entity }) => (timeNs <= untilNs ? (pattern.exec(entity)?.[1] ?? []) : []))),
  ];
  const came = namesOf(/^vm (api-\d+) arrival$/, FORK_NS);
  const served = namesOf(/^vcpu (api-\d+) 0$/, END_NS);
  expect(came.length).toBeGreaterThan(12_000);
  expect(served.length).toBeGreaterThan(100);
  expect(served).toEqual(came.slice(0, served.length));
  fork.close();
  running.close();
});
