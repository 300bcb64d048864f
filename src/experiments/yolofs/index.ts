// YoloFS (arXiv 2604.13536): a file system that stages what an agent does. What each guard lets through, and how often it asks.
// Rules: docs/yolofs.md.

import { type Agent, type Guard, GUARDS, guarded, interactions, loss, touched } from '../../decide/guards.js';
import { wilsonInterval } from '../../metrics/confidence.js';
import { type Claim, type ExperimentTable, experimentOf } from '../experiment.js';
import { refuse, type Settings } from '../parameters.js';
import { percent } from '../words.js';
import { YOLOFS_PARAMETERS } from './parameters.js';
import { pictured } from '../pictures.js';
import { guardsPicture, harmPicture, timePicture } from './pictures.js';

const SOURCE = 'arXiv 2604.13536, abstract';
const COMMAND = 'fluxhost reproduce yolofs';

const WORDS: Readonly<Record<Guard, string>> = {
  none: 'no guard',
  prompt: 'a prompt an operation',
  staging: 'staging and a review',
  snapshots: 'with snapshots',
  progressive: 'with rules that ask once',
};

const agentOf = (settings: Settings): Agent => ({
  harmful: settings.number('h'),
  self: settings.number('q_a'),
  review: settings.number('q_u'),
  prompt: settings.number('q_p'),
  operations: settings.number('operations'),
  subtrees: settings.number('subtrees'),
});

interface Row {
  readonly guard: Guard;
  readonly loss: number;
  readonly interactions: number;
  readonly simulated: { readonly loss: number; readonly low: number; readonly high: number; readonly prompts: number };
}

const rowsOf = (settings: Settings): Row[] =>
  GUARDS.map((guard) => {
    const agent = agentOf(settings);
    const tasks = settings.number('tasks');
    const { lost, prompts } = guarded(guard, agent, tasks, settings.number('seed'));
    const interval = wilsonInterval(lost, tasks, 0.999);
    return {
      guard,
      loss: loss(guard, agent),
      interactions: interactions(guard, agent),
      simulated: { loss: lost / tasks, ...interval, prompts: prompts / tasks },
    };
  });

/** Of a task's time, what the file system adds, s. */
function time(settings: Settings) {
  const operations = settings.number('operations');
  const files = (operations * settings.number('writes')) / 2;
  const us = (path: string): number => settings.number(path);
  return {
    yolofsS: (files * (us('create') + us('commit') + us('write') - us('write.native'))) / 1e6,
    overlayS: (files * us('create.overlay')) / 1e6,
    askedS: interactions('progressive', agentOf(settings)) * settings.number('ask.think'),
  };
}

function claims(settings: Settings, rows: readonly Row[]): Claim[] {
  const of = (guard: Guard): Row => rows.find((row) => row.guard === guard)!;
  const agent = agentOf(settings);
  const prompt = of('prompt');
  const all = of('progressive');
  const common = { source: SOURCE, unit: '', command: COMMAND } as const;
  const assumed = ['how often an operation harms and how often a user who is asked refuses are assumed'];
  const fewer = all.interactions < prompt.interactions;
  return [
    {
      ...common,
      id: 'self-corrected',
      claim: 'of hidden side effects, corrected by the agent itself',
      paper: '8 of 11 (72.7 %)',
      ours: `${percent(agent.self)} is what goes in; what follows: ${percent(of('snapshots').loss)} of tasks lose something, against ${percent(of('staging').loss)} by the review alone and ${percent(of('none').loss)} without a guard`,
      supported: 'partly',
      verdict: 'reachable',
      assumptions: [...assumed, '8 of 11 is taken as the chance of each harm on its own'],
    },
    {
      ...common,
      id: 'interactions',
      claim: 'fewer interactions on routine tasks at equal success',
      paper: 'fewer (112 tasks)',
      ours: `${all.interactions.toFixed(1)} a task against ${prompt.interactions}; of harm-free operations both let all through, of tasks ${percent(all.loss)} against ${percent(prompt.loss)} lose something`,
      supported: 'partly',
      verdict: fewer ? 'reachable' : 'not reached',
      assumptions: ['folders are touched at random, each as often as the others', 'the user answers every question'],
    },
    {
      ...common,
      id: 'ask-once',
      claim: 'What do rules that ask once add to snapshots?',
      paper: 'left open',
      answer: 'Little safety and more questions: only the first operation in a folder is asked for.',
      ours: `${percent(of('snapshots').loss)} to ${percent(all.loss)} of tasks lose something, for ${(all.interactions - 1).toFixed(1)} questions a task`,
      supported: 'partly',
      verdict: 'reachable',
      assumptions: assumed,
    },
    {
      ...common,
      id: 'control',
      claim: 'negative control: no operation harms',
      paper: 'no loss expected',
      ours: `${percent(Math.max(...GUARDS.map((guard) => loss(guard, { ...agent, harmful: 0 }))))} under every guard`,
      supported: 'yes',
      met: GUARDS.every((guard) => Math.abs(loss(guard, { ...agent, harmful: 0 })) < 1e-12),
      assumptions: [],
    },
  ];
}

function tables(settings: Settings, rows: readonly Row[]): ExperimentTable[] {
  const agent = agentOf(settings);
  const spent = time(settings);
  const drawn = [
    {
      title: `Tasks of ${agent.operations} operations that lose something for good, and what is asked`,
      question: 'Which guard loses least, and how often does it ask?',
      head: ['guard', 'lose', 'simulated', '99.9 %', 'asked a task', 'simulated'],
      rows: rows.map((row) => [
        WORDS[row.guard],
        percent(row.loss),
        percent(row.simulated.loss),
        `${percent(row.simulated.low)} to ${percent(row.simulated.high)}`,
        row.interactions.toFixed(1),
        row.simulated.prompts.toFixed(1),
      ]),
    },
    {
      title: 'Tasks that lose something, by how many operations harm',
      question: 'How many tasks lose something, by how many operations harm?',
      head: ['h', ...GUARDS.map((guard) => WORDS[guard])],
      rows: [0.0001, 0.001, 0.01, 0.1].map((harmful) => [
        String(harmful),
        ...GUARDS.map((guard) => percent(loss(guard, { ...agent, harmful }))),
      ]),
    },
    {
      title: 'Time of a task',
      question: 'What takes the time of a task?',
      head: ['what', 's'],
      rows: [
        ['files created, written and committed under YoloFS', spent.yolofsS.toFixed(4)],
        ['files created under OverlayFS', spent.overlayS.toFixed(4)],
        ['answers, by rules that ask once', spent.askedS.toFixed(0)],
      ],
    },
  ];
  return pictured(drawn, [guardsPicture, harmPicture, timePicture]);
}

export const experiment = experimentOf(YOLOFS_PARAMETERS, async ({ settings }) => {
  const [think, timeout] = [settings.number('ask.think'), settings.number('ask.timeout')];
  // every question would be answered with no: nothing would be done, nor lost
  if (think > timeout)
    refuse([{ path: 'ask.think', given: think, expected: `at most ask.timeout, which is ${timeout}: later is a no` }]);
  const rows = rowsOf(settings);
  const agent = agentOf(settings);
  return {
    claims: claims(settings, rows),
    tables: tables(settings, rows),
    figures: { guards: rows.map((row) => ({ ...row, simulated: { ...row.simulated } })), time: time(settings) },
    laws: {
      loss: Object.fromEntries(GUARDS.map((guard) => [guard, loss(guard, agent)])),
      prompts: { subtrees: touched(agent.operations, agent.subtrees) },
    },
  };
});
