// Case "sweep": what a second worker brings. A machine that others use has no second processor to spare, so wall time would tell of them,
// and rows go to whoever is free, so that the split does too. What is taken is what two free processors would need: the main thread's
// processor time, half of what all workers ran, and half a row, in which at the end one has nothing left to do. The start of the program and
// of its workers is left out: it is what a sweep of a moment takes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { figure, interleave } from '../measure.mjs';
import { root } from '../programs.mjs';

const CLI = join(root, 'dist', 'cli.js');

/** What the command printed, and processor seconds of the main thread and of all workers. */
function threads(args) {
  const { status, output, stderr } = spawnSync(process.execPath, ['bench/threads.mjs', CLI, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`a process of the case "sweep" ended with status ${status}\n${stderr}`);
  const { main, others } = JSON.parse(output[3]);
  return { said: output[1], main, workers: others.reduce((sum, one) => sum + one, 0) };
}

export async function sweep(_, { smoke }) {
  const short = smoke ? ['--set', 'duration=20ms', '--set', 'warmup=1ms'] : [];
  const points = ['--vary', `host.cores=${smoke ? '16,17' : '12..27:16'}`, '--mechanisms', 'ideal,hyperflux'];
  const args = ['sweep', 'examples/burst.yaml', ...points, '--replications', '2', '--csv', ...short];
  const moment = [
    'sweep',
    'examples/burst.yaml',
    '--vary',
    'host.cores=16,17',
    '--set',
    'duration=1ms',
    '--set',
    'warmup=0ns',
  ];
  const counts = {};
  const samples = await interleave(
    {
      both: () => {
        const [start, starts] = ['1', '2'].map((n) => threads([...moment, '--workers', n]));
        const [one, two] = ['1', '2'].map((n) => threads([...args, '--workers', n]));
        counts.rows = one.said.trimEnd().split('\n').length - 1;
        counts.same = one.said === two.said;
        const work = one.main + one.workers - start.main - start.workers; // one worker is a thread, too
        return work / (two.main - starts.main + (two.workers - starts.workers) / 2 + work / counts.rows / 2);
      },
    },
    smoke ? 1 : 3,
    0,
  );
  return {
    figures: [
      figure('a sweep on two processors, over one', '×', samples.both, {
        least: 1.8,
        note: `${counts.rows} rows of 2 runs of burst.yaml, its start left out`,
      }),
    ],
    counts,
  };
}
