// The `fluxhost` program: finds the command, runs it, and turns every failure into one clear line and an exit status.
// Commands are one file each and one line in the table below; they are imported only when asked for.

import { InputError, nearest } from '../input/errors.js';
import { VERSION } from '../version.js';
import { UsageError } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';

type Command = (args: string[], io: Io) => Promise<number>;

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  run: { summary: 'simulate one scenario', load: async () => (await import('./run.js')).run },
  compare: {
    summary: 'the same workload under several mechanisms',
    load: async () => (await import('./compare.js')).compare,
  },
  size: {
    summary: 'the least cores, guarantee, quota or memory for an objective',
    load: async () => (await import('./size.js')).size,
  },
  sweep: {
    summary: 'a scenario at many points, under each mechanism, with intervals',
    load: async () => (await import('./sweep.js')).sweep,
  },
  suite: {
    summary: 'fixed scenarios under each mechanism: one table, one score card each',
    load: async () => (await import('./suite.js')).suite,
  },
  fleet: {
    summary: 'VMs and functions on many hosts: placement, requests dealt out, and the hosts simulated',
    load: async () => (await import('./fleet.js')).fleet,
  },
  merge: {
    summary: 'the parts of a fleet or sweep that were simulated apart, put together',
    load: async () => (await import('./merge.js')).merge,
  },
  worker: {
    summary: 'simulates for fluxhost fleet and sweep --engine bullmq',
    load: async () => (await import('./worker.js')).worker,
  },
  kubernetes: {
    summary: 'manifests for a fleet on Kubernetes',
    load: async () => (await import('./kubernetes.js')).kubernetes,
  },
  fork: { summary: 'how a snapshot goes on, side by side', load: async () => (await import('./fork.js')).fork },
  pages: { summary: 'replay a page-access trace', load: async () => (await import('./pages.js')).pages },
  reserve: {
    summary: "a server's reserved memory: what can be sold, boot times, upgrades",
    load: async () => (await import('./vmem.js')).reserve,
  },
  trace: {
    summary: 'what a trace is, a sample of it, the same in another format',
    load: async () => (await import('./trace.js')).trace,
  },
  report: {
    summary: 'a page of figures of what was written with --out',
    load: async () => (await import('./report.js')).report,
  },
  record: {
    summary: "what this machine's scheduler does, into a file (Linux, root)",
    load: async () => (await import('./record.js')).record,
  },
  calibrate: {
    summary: 'a recording as a scenario, and the simulator held against it',
    load: async () => (await import('./calibrate.js')).calibrate,
  },
  serve: {
    summary: 'the live page: scenarios that run in a browser',
    load: async () => (await import('./serve.js')).serve,
  },
  build: {
    summary: 'compile a core with a policy of your own',
    load: async () => (await import('./build.js')).build,
  },
  judge: {
    summary: 'a policy of your own, sandboxed: held to its interface, scored on the suite',
    load: async () => (await import('./judge.js')).judge,
  },
  why: {
    summary: 'what each core that was given away in a window cost, against what else could have been done',
    load: async () => (await import('./why.js')).why,
  },
  reproduce: {
    summary: "a paper's figures beside ours",
    load: async () => (await import('./reproduce.js')).reproduce,
  },
  lesson: {
    summary: 'exercises with numbers of your own, graded the same on every machine',
    load: async () => (await import('./lesson.js')).lesson,
  },
  verify: {
    summary: 'runs again what made a result and compares every figure',
    load: async () => {
      const { verify } = await import('./verify.js');
      return (args, io) => verify(args, io, main);
    },
  },
  artifact: {
    summary: 'an evaluation kit for a paper: made, predicted, run again',
    load: async () => {
      const { artifact } = await import('./artifact.js');
      return (args, io) => artifact(args, io, main);
    },
  },
  explain: {
    summary: "a parameter's meaning, unit, default and source",
    load: async () => (await import('./explain.js')).explain,
  },
  schema: {
    summary: 'JSON Schema of the formats, for editors',
    load: async () => (await import('./schema.js')).schema,
  },
  completion: {
    summary: 'the script by which a shell completes all this',
    load: async () => {
      const { completion } = await import('./completion.js');
      const summaries = Object.fromEntries(Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]));
      return (args, io) => completion(args, io, summaries, helpOf);
    },
  },
};

/** What `--help` of a command prints. */
async function helpOf(name: string): Promise<string> {
  let text = '';
  const stdout = (some: string): void => void (text += some);
  await main([name, '--help'], { stdout, stderr: () => undefined, isTty: false });
  return text;
}

function helpText(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return (
    'Simulates a host whose cores move between virtual machines in microseconds.\n\n' +
    `Usage: fluxhost COMMAND [arguments]\n\nCommands:\n${rows.join('\n')}\n\n` +
    "fluxhost COMMAND --help tells a command's options; fluxhost --version prints the version.\n"
  );
}

/** What a failure prints and how the process ends; nothing of it goes to standard output. */
function reportFailure(error: unknown, io: Io): number {
  if (error instanceof UsageError) {
    const command = error.command === '' ? 'fluxhost' : `fluxhost ${error.command}`;
    for (const problem of error.problems) io.stderr(`${command}: ${problem}\n`);
    io.stderr(`${command} --help tells what is allowed\n`);
    return EXIT.refused;
  }
  if (error instanceof InputError) {
    io.stderr(`${error.message}\n`);
    return EXIT.refused;
  }
  if (error instanceof WebAssembly.RuntimeError) {
    const whose = io.alive === undefined ? 'please report it' : "the core given by --core holds a policy of one's own";
    io.stderr(`fluxhost: the core stopped itself (${error.message}): ${whose}\n`);
    return EXIT.failed;
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  io.stderr(`fluxhost: ${text.replaceAll('\n', ' ')}\n`);
  // A person needs the line, whoever mends the program needs the rest.
  if (process.env['FLUXHOST_DEBUG'] !== undefined && error instanceof Error) io.stderr(`${error.stack ?? ''}\n`);
  return EXIT.failed;
}

function unknownCommand(name: string): UsageError {
  const what = name.startsWith('-') ? 'option' : 'command';
  const known = what === 'option' ? ['--help', '--version'] : Object.keys(COMMANDS);
  const near = nearest(name, known);
  const hint = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`;
  return new UsageError('', [`${name}: unknown ${what}, ${hint}`]);
}

/** Runs one command line and returns its exit status; never throws. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    const [name, ...rest] = args;
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      const [topic] = rest;
      if (name !== 'help' || topic === undefined) {
        io.stdout(helpText());
        return EXIT.done;
      }
      return await main([topic, '--help'], io);
    }
    if (name === '--version') {
      io.stdout(`${VERSION}\n`);
      return EXIT.done;
    }
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (entry === undefined) throw unknownCommand(name);
    const command = await entry.load();
    return await command(rest, io);
  } catch (error) {
    return reportFailure(error, io);
  }
}
