// The parameters of the lifecycle by path: defaults, and the words of their fields.

import { documenting } from '../input/fields.js';
import { parameterTable } from '../input/parameter.js';
import { LIFECYCLE_FIELDS, LIFECYCLE_PARAMETERS } from './parameters.js';

const TABLE = parameterTable(LIFECYCLE_PARAMETERS);
export const { defaultNumber, defaultFlag, defaultChoice } = TABLE;
export const { documented, described } = documenting(TABLE, LIFECYCLE_FIELDS);
