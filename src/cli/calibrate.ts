// `fluxhost calibrate`: a recording of a machine's scheduler becomes a scenario, fitted on its first half and held against its second.

import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { calibrate as calibrated, type Named } from '../calibrate/index.js';
import { InputError, printable, show } from '../input/errors.js';
import { readRecording } from '../recording/read.js';
import { renderCalibration } from '../report/calibrate-table.js';
import { toStableJson } from '../result/json.js';
import { nodeHost } from '../workload/node-file.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import { prepareFolder, writeAtomically } from './files.js';
import type { Io } from './io.js';
import { ORIGIN, writeOrigin } from './origin.js';
import { commandOf } from './report.js';

export const calibrateSpec: CommandSpec = {
  name: 'calibrate',
  summary: "Turns a recording of a machine's scheduler into a scenario, and says how far the simulator is off.",
  positionals: ['RECORDING'],
  options: {
    repeat: {
      value: 'FILE',
      multiple: true,
      help: 'another recording of the same load: how much the machine differs from itself',
    },
    only: {
      value: 'NAME',
      multiple: true,
      help: 'the cgroup, process or thread name that becomes a VM (default: all cgroups, else all that ran much)',
    },
    together: { help: 'what one thread wakes at once is one request of several tasks (default: each wake-up is one)' },
    out: { value: 'DIR', help: 'writes scenario.yaml, its traces and calibration.json there' },
    json: { help: 'prints all of it as one JSON document' },
  },
  details:
    'Read are files of fluxhost record, ftrace and perf script text, and system traces of Perfetto; gzip and Zstandard too.\n' +
    'VMs are cgroups, else processes, else threads of one name; arrivals are wake-ups, services what was run until the next\n' +
    'sleep. docs/real.md says what is fitted how, and what is not.',
  examples: [
    'fluxhost calibrate batch.fluxrec',
    'fluxhost calibrate one.fluxrec --repeat two.fluxrec --repeat three.fluxrec --out batch',
    'perf script --ns > machine.txt && fluxhost calibrate machine.txt --only nginx',
  ],
};

export async function calibrate(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(calibrateSpec, args);
  if (given.help) {
    io.stdout(renderHelp(calibrateSpec));
    return EXIT.done;
  }
  given.check();
  const named = async (file: string): Promise<Named> => {
    const recording = await readRecording(nodeHost(), file);
    if (recording.about['cutOff'] === true)
      io.stderr(
        `warning: ${printable(file)} was cut before its end: what follows, and what was lost in all, is not in it\n`,
      );
    return { file, recording };
  };
  const own = await named(given.positional(0));
  const itself = given.list('repeat').find((file) => resolve(file) === resolve(given.positional(0)));
  if (itself !== undefined)
    throw new InputError({ path: '--repeat', given: show(itself), expected: 'another recording of the same load' });
  const repeats: Named[] = [];
  for (const file of given.list('repeat')) repeats.push(await named(file));
  const calibration = await calibrated(own, repeats, given.list('only'), given.flag('together'));
  const { made, ...told } = calibration;
  const json = toStableJson({ ...told, about: own.recording.about, scenario: made.scenario });
  const folder = given.text('out');
  if (folder !== undefined) {
    const files = { ...made.files, 'scenario.yaml': stringify(made.scenario), 'calibration.json': json };
    await prepareFolder(folder, [...Object.keys(files), ORIGIN]);
    for (const [name, text] of Object.entries(files)) await writeAtomically(join(folder, name), text);
    await writeOrigin(folder, json, { command: commandOf('calibrate', args) });
  }
  if (given.flag('json')) for (const warning of calibration.warnings) io.stderr(`warning: ${warning}\n`);
  io.stdout(given.flag('json') ? json : renderCalibration(calibration));
  return EXIT.done;
}
