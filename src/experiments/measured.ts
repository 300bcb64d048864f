// Figures with the commands that give them. An experiment runs an example with fields set, as `--set` would, and takes every
// figure by its path from the document that the command prints with --json: what is printed cannot be another run's.

import { unfold } from '../scenario/unfold.js';
import { compareReserve } from '../reserve/simulate.js';
import { resolveReserve } from '../reserve/parse.js';
import type { ReserveInput, ManagerKind } from '../reserve/schema.js';
import { InputError } from '../input/errors.js';
import { applyOverrides } from '../input/overrides.js';
import type { ScenarioInput } from '../scenario/schema.js';
import { Simulation } from '../simulation.js';
import type { ExperimentOptions, Figure } from './experiment.js';

/** A file under examples/, and what stands in it. */
export interface Example<T> {
  readonly file: string;
  readonly input: T;
}

/** What a command printed. */
export interface Measured {
  readonly command: string;
  readonly document: unknown;
}

/** For a shell: quoted where it has to be. */
function word(text: string): string {
  return /^[\w./=,:+-]+$/.test(text) ? text : `'${text}'`;
}

function commandLine(verb: string, file: string, set: readonly string[], rest: readonly string[] = []): string {
  return [`fluxhost ${verb} ${file}`, ...rest, ...set.map((text) => `--set ${word(text)}`)].join(' ');
}

function changed<T extends object>(input: T, set: readonly string[]): T {
  const { value, problems } = applyOverrides(input as unknown as Record<string, unknown>, set, unfold);
  if (problems.length > 0) throw new InputError(problems);
  return value as T;
}

/** The number at a path such as `runs.0.memory.vms.failed`; null where there is none. */
export function numberAt(document: unknown, path: string): number | null {
  let value = document;
  for (const part of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[part];
  if (value === null || typeof value === 'number') return value;
  throw new Error(`${path}: no number of the result`);
}

/** Runs each command once. */
export class Laboratory {
  private readonly done = new Map<string, Promise<Measured>>();

  constructor(
    private readonly options: Pick<ExperimentOptions, 'module'>,
    /** What a reader has set, of an example: it goes before what a table sets. */
    private readonly before: (example: Example<object>) => readonly string[] = () => [],
  ) {}

  /** `fluxhost run`. */
  run(example: Example<ScenarioInput>, further: readonly string[] = []): Promise<Measured> {
    const set = [...this.before(example), ...further];
    return this.once(commandLine('run', example.file, set), async () => {
      const { module } = this.options;
      const simulation = await Simulation.create(changed(example.input, set), module === undefined ? {} : { module });
      try {
        await simulation.run();
        return simulation.metrics({ histograms: true }); // for pictures: no figure is read from them
      } finally {
        simulation.close();
      }
    });
  }

  /** `fluxhost reserve`. */
  reserve(
    example: Example<ReserveInput>,
    further: readonly string[] = [],
    against: readonly ManagerKind[] = [],
  ): Promise<Measured> {
    const set = [...this.before(example), ...further];
    const rest = against.length === 0 ? [] : [`--against ${against.join(',')}`];
    return this.once(commandLine('reserve', example.file, set, rest), () =>
      compareReserve(resolveReserve(changed(example.input, set)), against, this.options.module),
    );
  }

  private once(command: string, work: () => Promise<unknown>): Promise<Measured> {
    const known = this.done.get(command);
    if (known !== undefined) return known;
    const fresh = work().then((document) => ({ command, document }));
    this.done.set(command, fresh);
    return fresh;
  }
}

/** Prints figures and remembers where each is from. */
export class Figures {
  readonly list: Figure[] = [];

  show({ command, document }: Measured, path: string, format: (value: number | null) => string): string {
    const figure = format(numberAt(document, path));
    this.list.push({ figure, path, command });
    return figure;
  }

  get command(): string {
    return this.list[0]?.command ?? '';
  }
}
