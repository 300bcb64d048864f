// What may be written in a scenario, for the editor. The page's build puts the JSON Schema itself in this file's place (scripts/web.mjs): what
// makes it out of the checks, in zod, nothing else on the page needs.

import { scenarioJsonSchema } from '../scenario/schema.js';

export const scenarioSchema = scenarioJsonSchema;
