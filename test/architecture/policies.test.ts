// The core's list of replacement policies is what the build makes of the folder.
import { expect, it } from 'vitest';
import { POLICY_IMPORTS, policyImports, policySources } from '../../scripts/policies.mjs';

it('every replacement policy of the folder is compiled', () => {
  const sources = policySources();
  expect(sources.get(POLICY_IMPORTS)).toBe(policyImports(sources));
  const with100 = new Map([...sources, ['assembly/memory/replacement/lifo.ts', 'policy<Lifo>(100, make, replay);\n']]);
  expect(policyImports(with100).split('\n')).toContain('import "./lifo";');
  expect(policyImports(with100).split('\n').length).toBe(policyImports(sources).split('\n').length + 1);
});
