// Case "sweep": what a second worker brings. A machine that others use has no second processor to spare, so wall time would tell of them,
// and rows go to whoever is free, so that the split does too. What is taken is what two free processors would need: the main thread's
// processor time, half of what all workers ran, and half a row, in which at the end one has nothing left to do. The start of the program and
// of its workers is left out: it is what a sweep of a moment takes.
import { ranThreads } from '../children.mjs';
import { figure, interleave } from '../measure.mjs';

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
      both: async () => {
        const threads = (words, n) => ranThreads('fluxhost sweep', [...words, '--workers', n]);
        const [start, starts] = [await threads(moment, '1'), await threads(moment, '2')];
        const [one, two] = [await threads(args, '1'), await threads(args, '2')];
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
