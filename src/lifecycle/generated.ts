/** The fields of functions that are generated; a scenario has them beside the others, or in a mapping `generated` of their own. */
export const GENERATED = [
  'count',
  'rate',
  'zipf',
  'memory',
  'init',
  'width',
  'ahead',
  'service',
  'configurations',
] as const;
