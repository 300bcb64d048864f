// EdgeFlow (arXiv 2604.09083): a language model's first answer on a phone, whose layers are read, unpacked and computed. What of the published speed-up
// is overlap, fewer bits and a better packing, and what lies in the baseline. Rules: docs/edgeflow.md.

import { lognormal, stream } from '../draw.js';
import { type Claim, type ExperimentTable, experimentOf } from '../experiment.js';
import type { Settings } from '../parameters.js';
import { times } from '../words.js';
import { EDGEFLOW_PARAMETERS } from './parameters.js';
import { boundByCompute, budgetOf, type Device, layerMs, loadMs, makespan, roundingError } from './pipeline.js';
import { pictured } from '../pictures.js';
import { channelsPicture, roomPicture, stepsPicture } from './pictures.js';

const SOURCE = 'arXiv 2604.09083, abstract';
const COMMAND = 'fluxhost reproduce edgeflow';
const CLAIMED = 4.07;
const NOTED = 3.05;

const ms = (value: number): string => `${value.toFixed(0)} ms`;

const deviceOf = (settings: Settings, packing: 'fast' | 'slow'): Device => ({
  layers: settings.number('layers'),
  weights: settings.number('weights') * 1e6,
  flash: settings.number('flash') * 1e9,
  unpack: settings.number(`unpack.${packing}`),
  computeMs: settings.number('compute'),
});

/** From the baseline to the whole, one change after the other. */
function steps(settings: Settings) {
  const [bits, before, room] = ['bits', 'bits.before', 'room'].map((path) => settings.number(path)) as [
    number,
    number,
    number,
  ];
  const [slow, fast] = [deviceOf(settings, 'slow'), deviceOf(settings, 'fast')];
  const preparation = settings.number('preparation') * 1e3;
  return {
    prepared: loadMs(slow, before, false) + preparation,
    serialSlow: loadMs(slow, before, false),
    serialFast: loadMs(fast, before, false),
    overlapped: loadMs(slow, before, true, room),
    fewerBits: loadMs(slow, bits, true, room),
    all: loadMs(fast, bits, true, room),
    overlappedFast: loadMs(fast, before, true, room),
  };
}
type Steps = ReturnType<typeof steps>;

function channels(settings: Settings) {
  const next = stream(settings.number('seed'), 1);
  const cv = settings.number('importanceCv');
  const importance = Array.from({ length: settings.number('channels') }, () => lognormal(next, 1, cv));
  const bits = settings.number('bits');
  const budget = budgetOf(importance, bits, settings.number('padding'));
  const even = importance.reduce((sum, one) => sum + roundingError(one, budget.average), 0);
  const histogram = Array.from({ length: 8 }, (_, i) => budget.bits.filter((one) => one === i + 1).length);
  return { ...budget, even, histogram };
}
type Channels = ReturnType<typeof channels>;

function claims(settings: Settings, at: Steps, budget: Channels): Claim[] {
  const own = at.serialSlow / at.all;
  const all = [at.prepared / at.all, own, at.serialFast / at.all, at.overlapped / at.all, at.overlappedFast / at.all];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const reached = (value: number): boolean => value >= low && value <= high;
  const common = { unit: '', command: COMMAND } as const;
  const bound = boundByCompute(deviceOf(settings, 'fast'));
  return [
    {
      ...common,
      id: 'speed-up',
      claim: 'faster first answer, at the most',
      source: SOURCE,
      paper: `up to ${CLAIMED}x`,
      ours:
        `${times(own)} against ${settings.number('bits.before')} bits one after the other with the packing before; ` +
        `${times(at.prepared / at.all)} with graph preparation in the baseline, ${times(at.serialFast / at.all)} without the slow ` +
        `packing in it, ${times(at.overlappedFast / at.all)} where the baseline overlaps, too`,
      brief: `${times(own)} of the serial baseline; ${times(low)} to ${times(high)} by what the baseline has`,
      numbers: {
        unit: 'ratio',
        paper: { bound: '≤', value: CLAIMED },
        ours: [{ where: '', value: own, reach: { kind: 'range', low, high } }],
      },
      supported: 'partly',
      verdict: reached(CLAIMED) ? 'reachable' : 'not reached',
      assumptions: [
        'how fast weights are unpacked and a layer is computed is assumed',
        'which of slow packing, graph preparation and overlap the baselines (llama.cpp, MNN, llm.npu) have is not known here',
      ],
    },
    {
      ...common,
      id: 'over-packing',
      claim: 'faster than the same system with the packing before',
      source: 'notes on arXiv 2604.09083',
      paper: `${NOTED}x`,
      ours: `${times(at.fewerBits / at.all)} with all else the same; ${times(at.overlapped / at.all)} where the bits differ as well`,
      numbers: {
        unit: 'ratio',
        paper: { bound: '=', value: NOTED },
        ours: [
          { where: 'packing alone', value: at.fewerBits / at.all },
          { where: 'packing and bits', value: at.overlapped / at.all },
        ],
      },
      supported: 'partly',
      verdict: at.overlapped / at.all >= NOTED ? 'reachable' : 'not reached',
      assumptions: ['unpacking is 6.17 times as fast, by notes'],
    },
    {
      ...common,
      id: 'bits',
      claim: 'What do fewer bits give by themselves?',
      source: SOURCE,
      paper: 'left open',
      answer: 'At most the ratio of the bits, and nothing below the bits at which the NPU takes longest.',
      ours: `${times(at.overlappedFast / at.all)} of the ratio ${times(settings.number('bits.before') / settings.number('bits'))}; below ${bound.toFixed(2)} bits the NPU binds`,
      supported: 'partly',
      verdict: 'reachable',
      assumptions: ['time from flash is in proportion to the bits'],
    },
    {
      ...common,
      id: 'channels',
      claim: 'What does choosing bits by channel save in error?',
      source: SOURCE,
      paper: 'left open',
      answer:
        budget.error < budget.even
          ? 'Some, where channels weigh differently; blocks filled up take a part back.'
          : 'Nothing: the channels weigh alike.',
      ours: `${(100 * (1 - budget.error / budget.even)).toFixed(1)} % less error than ${budget.average.toFixed(2)} bits everywhere; stored, blocks filled up, ${budget.stored.toFixed(3)} bits`,
      supported: 'no',
      verdict: 'reachable',
      assumptions: ["importance is lognormal, and a channel's error falls by 4 a bit"],
    },
    {
      ...common,
      id: 'control',
      claim: 'negative control: computation takes all the time',
      source: SOURCE,
      paper: 'no gain expected',
      ours: times(control(settings)),
      supported: 'yes',
      met: Math.abs(control(settings) - 1) < 0.01,
      assumptions: [],
    },
  ];
}

/** A layer computes for so long that neither bits nor packing nor overlap is felt. */
function control(settings: Settings): number {
  const slow = deviceOf(settings, 'slow');
  const [flash, unpack] = layerMs(slow, 8);
  const computeMs = 1e4 * (flash + unpack);
  const before = loadMs({ ...slow, computeMs }, 8, false);
  return before / loadMs({ ...deviceOf(settings, 'fast'), computeMs }, settings.number('bits'), true);
}

function tables(settings: Settings, at: Steps, budget: Channels): ExperimentTable[] {
  const energy = 1 + settings.number('power');
  const device = deviceOf(settings, 'fast');
  const row = (name: string, value: number): string[] => [name, ms(value), times(at.serialSlow / value)];
  const drawn = [
    {
      title: 'From the baseline to the whole, one change after the other',
      question: 'How much faster does each change make it?',
      head: ['what', 'time to the end of the last layer', 'of the serial baseline'],
      rows: [
        row('the same with graph preparation', at.prepared),
        row(`${settings.number('bits.before')} bits, packing before, one after the other`, at.serialSlow),
        row('overlapped', at.overlapped),
        row(`with ${settings.number('bits')} bits`, at.fewerBits),
        row('with the new packing', at.all),
      ],
    },
    {
      title: 'With the new packing, by bits and by room between flash and NPU',
      question: 'What do fewer bits and more room bring?',
      head: ['bits', 'one after the other', 'room for 1 layer', 'for 2', 'for all', 'energy of the baseline'],
      rows: [8, 6, 5, 4, 3, 2, 1].map((bits) => [
        String(bits),
        ms(loadMs(device, bits, false)),
        ms(loadMs(device, bits, true, 1)),
        ms(loadMs(device, bits, true, 2)),
        ms(loadMs(device, bits, true)),
        times((loadMs(device, bits, true) * energy) / at.serialSlow),
      ]),
    },
    {
      title: `Channels by bits, of ${settings.number('channels')}`,
      question: 'How many bits do channels get?',
      head: ['bits', ...budget.histogram.map((_, i) => String(i + 1))],
      rows: [['channels', ...budget.histogram.map(String)]],
    },
  ];
  return pictured(drawn, [stepsPicture, roomPicture, channelsPicture]);
}

const EXAMPLE = [
  [4, 1, 6, 2],
  [2, 5, 1, 3],
  [3, 3, 2, 4],
];

export const experiment = experimentOf(EDGEFLOW_PARAMETERS, ({ settings }) => {
  const at = steps(settings);
  const budget = channels(settings);
  const fast = deviceOf(settings, 'fast');
  return Promise.resolve({
    claims: claims(settings, at, budget),
    tables: tables(settings, at, budget),
    figures: {
      ms: { ...at },
      channels: {
        average: budget.average,
        stored: budget.stored,
        error: budget.error,
        even: budget.even,
        histogram: budget.histogram,
      },
    },
    laws: {
      pipeline: {
        eightBit: loadMs(fast, 8, true),
        fiveBit: loadMs(fast, 5, true),
        fourBit: loadMs(fast, 4, true),
        serialEightBit: loadMs(fast, 8, false),
      },
      example: { any: makespan(EXAMPLE), room1: makespan(EXAMPLE, 1), room2: makespan(EXAMPLE, 2) },
      boundByCompute: { bits: boundByCompute(fast) },
    },
  });
});
