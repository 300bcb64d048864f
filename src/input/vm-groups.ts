// VMs that came of one entry with `count: N`: named NAME-0 to NAME-(N-1). Told from their names, so that a result read back needs no
// scenario; VMs that somebody names so by hand are a group all the same.

/** The members of each group of two or more, by the group's name, in the order of `names`. */
export function groupsOf(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const [, group, number] = /^(.+)-(0|[1-9]\d*)$/.exec(name) ?? [];
    if (group === undefined) continue;
    const members = groups.get(group) ?? [];
    if (members.length === Number(number)) groups.set(group, [...members, name]);
  }
  return new Map([...groups].filter(([group, members]) => members.length > 1 && !names.includes(group)));
}
