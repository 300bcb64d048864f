// Case "gpu": a day of one GPU's requests with offline work in between, some 63,000 of them in five million steps of the engine.
// Case "datapath": ten million packets of two tenants through a datapath with budgets of cycles, one worker at load 0.8.
import { figure, timed } from '../measure.mjs';

export async function datapath({ reproduce }, { smoke }) {
  const set = [
    'victim.gap=2500',
    'aggressor.gap=2500',
    'aggressor.cost=1000',
    'workers=1',
    'disciplines=cycles',
    `duration=${smoke ? 6 : 6000}ms`,
  ];
  const took = [];
  let packets = 0;
  for (let turn = 0; turn < (smoke ? 1 : 3); turn++) {
    const { seconds, value } = await timed(async () => {
      for await (const { figures } of reproduce('virtuoso/pair', { set })) return figures;
    });
    took.push(seconds);
    packets = value.victimServed + value.aggressorServed;
  }
  return {
    figures: [
      figure('datapath, 10 M packets', 's', took, { most: 5, note: `${packets} served after their arrival at random` }),
      figure(
        '  a packet',
        'ns',
        took.map((seconds) => (seconds / packets) * 1e9),
      ),
    ],
    counts: { packets },
  };
}

export async function gpu({ reproduce }, { smoke }) {
  const took = [];
  let steps = 0;
  for (let turn = 0; turn < (smoke ? 1 : 3); turn++) {
    const { seconds, value } = await timed(async () => {
      for await (const { figures } of reproduce('valve/gpu', { set: [`duration=${smoke ? 86.4 : 86_400}s`] }))
        return figures;
    });
    took.push(seconds);
    steps = value.steps;
  }
  return {
    figures: [figure('a day of a GPU', 's', took, { most: 2, note: `${steps} steps of the engine` })],
    counts: { steps },
  };
}
