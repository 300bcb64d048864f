// The parameters of swapped memory by path: defaults, and the words of their fields.

import { documenting } from '../input/fields.js';
import { parameterTable } from '../input/parameter.js';
import { MEMORY_FIELDS, MEMORY_PARAMETERS } from './parameters.js';

const TABLE = parameterTable(MEMORY_PARAMETERS);
export const { defaultNumber, defaultChoice } = TABLE;
export const { documented, described } = documenting(TABLE, MEMORY_FIELDS);
