// A scenario that a program passes on: resolved, where a study is asked, since what is written names its mistakes when it is resolved.

import { having } from '../input/argument.js';
import type { Scenario } from './types.js';

/** @throws InputError for what is no resolved scenario */
export const resolvedScenario = (scenario: Scenario, path = 'scenario'): Scenario =>
  having(
    path,
    scenario,
    ['durationNs', 'mechanism', 'vms'],
    'a resolved scenario, as resolveScenario(…) and parseScenario(…).scenario are',
  );
