// The scenario's own parameters by path: defaults, and the words of their fields.

import { documenting } from '../input/fields.js';
import { parameterTable } from '../input/parameter.js';
import { COST_PARAMETERS } from '../mechanisms/costs.js';
import { SCENARIO_FIELDS } from './given.js';
import { SCENARIO_PARAMETERS } from './fields.js';
import { ORDER_FIELDS, ORDER_PARAMETERS } from './order-fields.js';

const TABLE = parameterTable([...COST_PARAMETERS, ...SCENARIO_PARAMETERS, ...ORDER_PARAMETERS]);
export const { defaultOf, defaultNumber, defaultFlag, defaultChoice } = TABLE;
export const { documented, described } = documenting(TABLE, [...SCENARIO_FIELDS, ...ORDER_FIELDS]);
