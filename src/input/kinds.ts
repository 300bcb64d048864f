// Files of YAML that look alike and are for different commands: which of them a text is, so that one given to another's command is
// told by one line instead of a problem for each field.

import { InputError } from './errors.js';

interface Kind {
  readonly given: string;
  readonly expected: string;
  /** Which commands it is for. */
  readonly use: string;
}

const KINDS = {
  scenario: {
    given: 'a scenario (of one host)',
    expected: 'a scenario (host, vms)',
    use: 'scenarios are for fluxhost run',
  },
  fleet: {
    given: 'a fleet (hosts)',
    expected: 'a fleet (hosts, placement, vms of a trace or generated, functions)',
    use: 'fleets are for fluxhost fleet and fluxhost size',
  },
  reserve: {
    given: 'a server of reserved memory (server)',
    expected: 'a server of reserved memory (server, vms)',
    use: 'servers of reserved memory are for fluxhost reserve',
  },
  artifact: {
    given: 'a list of items (of an evaluation kit)',
    expected: 'a list of items',
    use: 'evaluation kits are for fluxhost artifact kit --of',
  },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** What belongs to one kind alone decides; where that of several is there, or of none, nothing does. */
function kindOf({ host, hosts, vms, server, items }: Readonly<Record<string, unknown>>): KindName | undefined {
  const found: KindName[] = [];
  if (host !== undefined || Array.isArray(vms)) found.push('scenario');
  if (hosts !== undefined) found.push('fleet');
  if (server !== undefined) found.push('reserve');
  if (Array.isArray(items)) found.push('artifact');
  return found.length === 1 ? found[0] : undefined;
}

/** @throws InputError if the value is another command's file */
export function refuseOtherKinds(value: Readonly<Record<string, unknown>>, own: KindName, file?: string): void {
  const kind = kindOf(value);
  if (kind === undefined || kind === own) return;
  throw new InputError({
    ...(file === undefined ? {} : { file }),
    path: '',
    given: KINDS[kind].given,
    expected: `${KINDS[own].expected}; ${KINDS[kind].use}`,
  });
}
