// Times in the words of warnings.

/** `31.2 us`: three digits in the greatest unit that leaves at least 1. */
export function time(ns: number): string {
  const [unit, size] =
    ns >= 1e9
      ? (['s', 1e9] as const)
      : ns >= 1e6
        ? (['ms', 1e6] as const)
        : ns >= 1e3
          ? (['us', 1e3] as const)
          : (['ns', 1] as const);
  return `${Number((ns / size).toPrecision(3))} ${unit}`;
}
