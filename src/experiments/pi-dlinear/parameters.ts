// What `fluxhost reproduce pi-dlinear --set` changes. Of the paper (arXiv 2605.04074) the abstract and notes were at hand.

import { experimentRows } from '../parameters.js';

const NOTES = 'notes on arXiv 2605.04074';
const ABSTRACT = 'arXiv 2605.04074, abstract';
const ASSUMED = 'assumed: no figure is published';
const [LEAST, MOST] = [1e-9, 1e9];

export const PI_DLINEAR_PARAMETERS = experimentRows([
  ['capacity.gpu', 'number', 5.408e6, 1e-3, 1e12, 'Heat that warms the GPUs by 1 K, J.', NOTES, 'secondary'],
  ['capacity.memory', 'number', 5.481e6, 1e-3, 1e12, 'The same of memory, J.', NOTES, 'secondary'],
  ['resistance.gpu', 'number', 2.037e-3, LEAST, MOST, 'From the GPUs to the room, K/W.', NOTES, 'secondary'],
  ['resistance.memory', 'number', 2.055e-3, LEAST, MOST, 'From memory to the room, K/W.', NOTES, 'secondary'],
  ['resistance.between', 'number', 6.064e-4, LEAST, MOST, 'From the GPUs to memory, K/W.', NOTES, 'secondary'],
  ['alpha', 'share', 0.5085, 0, 1, 'Of the power, heat of the GPUs.', NOTES, 'secondary'],
  ['room', 'number', 27, -100, 200, 'Temperature of the room, °C.', NOTES, 'secondary'],
  ['step', 's', 60, 1, 3600, 'Of the series.', NOTES, 'secondary'],
  ['horizon', 'count', 30, 1, 200, 'Steps that are forecast.', `${ABSTRACT}: 5 to 80 minutes`, 'published'],
  ['lookBack', 'count', 96, 2, 400, 'Steps that a forecast sees.', ASSUMED, 'assumed'],
  ['average', 'count', 25, 1, 399, 'Steps of the moving average.', 'DLinear, from memory', 'secondary'],
  ['ridge', 'number', 1e-6, 1e-12, 1e6, 'On standardized windows, in their mean.', ASSUMED, 'assumed'],
  ['limit', 'number', 80, -1e6, 1e12, 'Of the GPUs, above which power is cut, °C.', ASSUMED, 'assumed'],
  [
    'throttle',
    'share',
    0.85,
    0,
    1,
    'Of the power, while it is cut.',
    `${NOTES}: a drop of more than 15 %`,
    'secondary',
  ],
  ['below', 'number', 3, 0, 1000, 'K below the limit at which the cut ends.', ASSUMED, 'assumed'],
  ['gpus', 'count', 448, 1, 10_000, 'Of the fleet.', NOTES, 'secondary'],
  ['gpusPerJob', 'count', 8, 1, 10_000, 'That a job takes.', ASSUMED, 'assumed'],
  ['peak', 'number', 45, 1e-3, 1e6, "Of a series' greatest step, kW; all others in proportion.", NOTES, 'secondary'],
  ['load', 'share', 0.7, 0.001, 2, 'Of the GPUs, asked for in the mean.', ASSUMED, 'assumed'],
  ['duration', 's', 3600, 60, 1e7, 'Of a job, in the mean.', ASSUMED, 'assumed'],
  ['durationCv', 'share', 2, 0, 20, 'Deviation over mean of that.', ASSUMED, 'assumed'],
  ['jobs', 'file', '', null, null, 'Arrivals and durations (ms) in place of generated ones.', 'a choice', 'assumed'],
  ['noise', 'number', 0, 0, 100, 'Deviation of a measured temperature, K.', ASSUMED, 'assumed'],
  ['train', 'count', 576, 2, 5000, 'Windows for training.', ASSUMED, 'assumed'],
  ['validate', 'count', 288, 1, 5000, 'Windows after them, which choose the weight.', ASSUMED, 'assumed'],
  ['test', 'count', 576, 1, 5000, 'Windows after those, which are told.', ASSUMED, 'assumed'],
  ['stride', 'count', 5, 1, 1000, 'Steps from a window to the next.', 'a choice', 'assumed'],
  [
    'weights',
    'list',
    '0,1,10,100,1000,10000,100000',
    null,
    null,
    "Of the balance's term, to choose from.",
    ASSUMED,
    'assumed',
  ],
  ['seeds', 'count', 20, 2, 100, 'Series, each for both models.', 'a choice', 'assumed'],
  ['seed', 'count', 1, 0, 2 ** 31, 'The first.', 'a choice', 'assumed'],
]);
