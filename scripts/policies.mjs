// The replacement policies that the core is made of: every file of assembly/memory/replacement that registers one is imported, since
// the compiler reads only what is. Written by the build; test/architecture/policies.test.ts holds that it is what the folder says.
import { readFileSync } from 'node:fs';
import { at, listFiles, writeAtomically } from './support.mjs';

const FOLDER = 'assembly/memory/replacement';
export const POLICY_IMPORTS = `${FOLDER}/all.ts`;

/** Of sources by path: those of the folder that register a policy, by name. */
export function policyImports(sources) {
  const registers = [...sources].filter(
    ([path, code]) => path.startsWith(`${FOLDER}/`) && !path.endsWith('/registry.ts') && /^policy</m.test(code),
  );
  const names = registers.map(([path]) => path.slice(FOLDER.length + 1, -'.ts'.length)).sort();
  return [
    '// Every replacement policy of this folder, so that it is compiled. Written by the build (scripts/policies.mjs).',
    '',
    ...names.map((name) => `import "./${name}";`),
    '',
  ].join('\n');
}

/** The folder's sources by path. */
export function policySources() {
  return new Map(
    listFiles(FOLDER, (path) => path.endsWith('.ts')).map((path) => [path, readFileSync(at(path), 'utf8')]),
  );
}

export function writePolicyImports() {
  const text = policyImports(policySources());
  if (policySources().get(POLICY_IMPORTS) !== text) writeAtomically(at(POLICY_IMPORTS), text);
}
