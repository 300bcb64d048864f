// `fluxhost schema [scenario|result|fleet|reserve|pages]`: JSON Schema, so that an editor completes and checks while one writes.

import { fleetJsonSchema } from '../fleet/schema.js';
import { pagesJsonSchema } from '../pages/result.js';
import { InputError, expectedOneOf, show } from '../input/errors.js';
import { reserveJsonSchema } from '../reserve/schema.js';
import { scenarioJsonSchema } from '../scenario/schema.js';
import { resultJsonSchema } from '../result/result.js';
import type { Io } from './io.js';

const HELP = `Usage: fluxhost schema [scenario|result|fleet|reserve|pages]

Prints the JSON Schema (2020-12) of a scenario file (the default), of what run --json prints, of a
fleet, of a server of fluxhost reserve, or of what pages --json prints.
With the YAML language server, save it and put this on top of a scenario:

  # yaml-language-server: $schema=scenario.schema.json

  --help   this text
`;

const SCHEMAS: Readonly<Record<string, () => Record<string, unknown>>> = {
  scenario: scenarioJsonSchema,
  result: resultJsonSchema,
  fleet: fleetJsonSchema,
  reserve: reserveJsonSchema,
  pages: pagesJsonSchema,
};

/** @throws InputError for an unknown schema or option */
export async function schema(args: string[], io: Io): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.stdout(HELP);
    return 0;
  }
  const rest = args.filter((arg) => arg !== '--json'); // it is JSON with and without
  const option = rest.find((arg) => arg.startsWith('-'));
  if (option !== undefined)
    throw new InputError({
      path: option,
      given: 'an unknown option',
      expected: expectedOneOf('one of', option, ['--json', '--help']),
    });
  if (rest.length > 1)
    throw new InputError({ path: 'SCHEMA', given: rest.map(show).join(' '), expected: 'one schema' });
  const name = rest[0] ?? 'scenario';
  const make = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
  if (make === undefined)
    throw new InputError({
      path: 'SCHEMA',
      given: show(name),
      expected: expectedOneOf('one of', name, Object.keys(SCHEMAS)),
    });
  io.stdout(`${JSON.stringify(make(), null, 2)}\n`);
  return 0;
}
