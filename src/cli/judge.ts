// `fluxhost judge POLICY`: a policy of one's own, held to the interface.

import { readFile } from 'node:fs/promises';
import { InputError, show } from '../input/errors.js';
import { readFailure } from '../input/read-failure.js';
import { checkPolicy, type Conformance } from '../judge/conformance.js';
import { buildSandboxed } from '../policy-core.js';
import { toStableJson } from '../result/json.js';
import { type CommandSpec, parseCommand, renderHelp } from './args.js';
import { EXIT } from './exit.js';
import type { Io } from './io.js';

const SPEC: CommandSpec = {
  name: 'judge',
  summary: 'Holds a policy of your own to the policy interface.',
  positionals: ['POLICY'],
  options: {
    check: { help: 'tells of each rule of the interface whether the policy keeps it; status 3 where it does not' },
    json: { help: 'prints one JSON document' },
  },
  details:
    'POLICY is a Wasm module of the interface in docs/policy-abi.md, or AssemblyScript (.ts) as fluxhost build takes it, which\n' +
    'is compiled for the sandbox. Needs the package assemblyscript.',
  examples: ['fluxhost judge --check policy.wasm', 'fluxhost judge --check my-policy.ts --json'],
};

/** The bytes of a policy, compiled for the sandbox where it is AssemblyScript. @throws InputError */
export async function policyBytes(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: unknown) => {
    const given = `${show(file)}, ${readFailure(error)}`;
    throw new InputError({ path: 'POLICY', given, expected: 'a Wasm module, or a file of AssemblyScript (.ts)' });
  });
  return file.endsWith('.ts') ? buildSandboxed(bytes.toString('utf8'), { file }) : bytes;
}

function conformanceText({ conforms, decisions, rules, fuel }: Conformance): string {
  const mark = (kept: boolean | null): string => (kept === null ? '-' : kept ? 'kept' : 'BROKEN');
  const lines = rules.map(({ rule, kept, detail }) => `${mark(kept).padEnd(6)}  ${rule.padEnd(10)}  ${detail}`);
  const took =
    fuel === null ? [] : [`the dearest decision took ${fuel.most} of ${fuel.of} loop heads, calls and returns`];
  const takes = decisions.length === 0 ? [] : [`decides: ${decisions.join(', ')}`];
  return [...lines, ...takes, ...took, conforms ? 'conforms' : 'does not conform', ''].join('\n');
}

export async function judge(args: readonly string[], io: Io): Promise<number> {
  const given = parseCommand(SPEC, args);
  if (given.help) {
    io.stdout(renderHelp(SPEC));
    return EXIT.done;
  }
  given.check();
  const file = given.positional(0);
  const found = await checkPolicy(await policyBytes(file));
  io.stdout(given.flag('json') ? toStableJson(found) : conformanceText(found));
  return found.conforms ? EXIT.done : EXIT.assertionFailed;
}
