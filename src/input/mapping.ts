// A value that somebody wrote, looked at before it is known to be anything.

/** A mapping, whatever its fields hold. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Its fields; none where it is no mapping. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
