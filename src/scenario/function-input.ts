// A scenario of functions as a program writes it: a type beside ScenarioInput, whose VMs whoever reads it need not ask for.

import type { ScenarioInput } from './schema.js';

/** A scenario with functions, beside which there need be no VMs. */
export type FunctionScenarioInput = Omit<ScenarioInput, 'functions' | 'vms'> & {
  /** Functions whose VMs come and go. */
  functions: NonNullable<ScenarioInput['functions']>;
  /** Beside them; absent: none. */
  vms?: ScenarioInput['vms'];
};
