// What `fluxhost reproduce edgeflow --set` changes. Of the paper (arXiv 2604.09083) the abstract and notes were at hand.

import { experimentRows } from '../parameters.js';

const NOTES = 'notes on arXiv 2604.09083';
const ASSUMED = 'assumed: no figure is published';

export const EDGEFLOW_PARAMETERS = experimentRows([
  ['layers', 'count', 32, 1, 10_000, 'Of the model.', 'from memory: Llama3-8B', 'assumed'],
  ['weights', 'number', 218, 1e-6, 1e6, 'Of a layer, millions.', 'derived: 7 billion over 32 layers', 'derived'],
  ['flash', 'number', 2, 1e-6, 1e6, 'Read from flash, GB/s.', `${NOTES}; UFS 2.1: 1.0`, 'secondary'],
  ['unpack.fast', 'number', 10, 1e-6, 1e9, 'Weights a nanosecond, unpacked by the new packing.', ASSUMED, 'assumed'],
  [
    'unpack.slow',
    'number',
    1.62,
    1e-6,
    1e9,
    'The same by the packing before.',
    `unpack.fast over 6.17 (${NOTES})`,
    'secondary',
  ],
  ['compute', 'ms', 25, 1e-6, 1e6, 'Of a layer, by the NPU.', ASSUMED, 'assumed'],
  ['preparation', 's', 1.5, 0, 1e6, "The baseline's graph preparation; 0: kept from before.", ASSUMED, 'assumed'],
  ['bits', 'number', 5, 1, 8, 'A weight, in the mean.', NOTES, 'secondary'],
  ['bits.before', 'number', 8, 1, 8, 'Of the baseline.', NOTES, 'secondary'],
  ['room', 'count', 32, 1, 10_000, 'Layers between flash and the end of their computation.', ASSUMED, 'assumed'],
  ['padding', 'count', 64, 1, 65_536, 'Channels of a block, filled up.', ASSUMED, 'assumed'],
  ['channels', 'count', 4096, 1, 1e6, 'Of a layer, whose bits are chosen.', ASSUMED, 'assumed'],
  ['importanceCv', 'share', 1, 0, 20, 'Deviation over mean of what an error in a channel weighs.', ASSUMED, 'assumed'],
  ['power', 'share', 0.176, 0, 10, 'More power than the baseline takes, while it loads.', NOTES, 'secondary'],
  ['seed', 'count', 1, 0, 2 ** 31, 'Of the importance drawn.', 'a choice', 'assumed'],
]);
