// `fluxhost trace inspect|sample|convert`: what a trace is, a smaller one like it, the same in another format.

import { InputError, expectedOneOf, show } from '../input/errors.js';
import { UsageError, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';
import { convertSpec, convertTrace } from './trace-convert.js';
import { inspect, inspectSpec } from './trace-inspect.js';
import { sample, sampleSpec } from './trace-sample.js';

const ACTIONS = {
  inspect: { spec: inspectSpec, run: inspect },
  sample: { spec: sampleSpec, run: sample },
  convert: { spec: convertSpec, run: convertTrace },
} as const;

export async function trace(args: readonly string[], io: Io): Promise<number> {
  const [action, ...rest] = args;
  if (action === undefined)
    throw new UsageError('trace', [`ACTION: missing, expected one of ${Object.keys(ACTIONS).join(', ')}`]);
  if (action === '--help' || action === '-h') {
    const texts = Object.values(ACTIONS).map(({ spec }) => renderHelp(spec));
    io.stdout(`Says what a trace is, samples and converts it.\n\n${texts.join('\n')}`);
    return EXIT.done;
  }
  if (!Object.hasOwn(ACTIONS, action)) {
    const expected = expectedOneOf('one of', action, Object.keys(ACTIONS));
    throw new InputError({ path: 'trace', given: show(action), expected });
  }
  return ACTIONS[action as keyof typeof ACTIONS].run(
    rest.map((word) => (word === '-o' ? '--out' : word)),
    io,
  );
}
