/** A compressed stream that breaks off or does not decode; whoever knows file and line makes an InputError of it. */
export class DamagedStream extends Error {
  constructor(
    readonly given: string,
    readonly expected: string,
  ) {
    super(given);
  }
}
