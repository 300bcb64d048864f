// How many bytes of a core's code come from which room of assembly/, told by the names that its functions still have. A function that was
// inlined counts where it went.

/** @param {Uint8Array} bytes of a module with names @returns {Map<string, number>} bytes by room, the largest first */
export function sizesByRoom(bytes) {
  const bodies = [];
  const names = new Map();
  let imported = 0;
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const text = () => {
    const length = number();
    at += length;
    return Buffer.from(bytes.subarray(at - length, at)).toString();
  };
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    if (section === 2) imported = importedFunctions();
    else if (section === 10) {
      for (let count = number(); count > 0; count--) {
        const start = at;
        const length = number();
        at += length;
        bodies.push(at - start);
      }
    } else if (section === 0 && text() === 'name') {
      while (at < end) {
        const kind = bytes[at++];
        const until = number() + at;
        if (kind === 1) for (let count = number(); count > 0; count--) names.set(number(), text());
        at = until;
      }
    }
    at = end;
  }
  if (names.size === 0) throw new Error('the module has no names to tell its rooms by');
  const sizes = new Map();
  bodies.forEach((length, index) => {
    const room = roomOf(names.get(index + imported) ?? '');
    sizes.set(room, (sizes.get(room) ?? 0) + length);
  });
  return new Map([...sizes].sort(([, a], [, b]) => b - a));

  function importedFunctions() {
    let functions = 0;
    for (let count = number(); count > 0; count--) {
      text();
      text();
      const kind = bytes[at++];
      if (kind === 0) {
        functions++;
        number();
      } else if (kind === 1 || kind === 2) {
        at += kind === 1 ? 1 : 0;
        const limited = number() & 1;
        number();
        if (limited) number();
      } else at += 2; // a global: its type, whether it changes
    }
    return functions;
  }
}

/** `cpu/guest` of `assembly/cpu/guest/run/goOn`; what lies in assembly/ itself is `host`, the compiler's own is `runtime`. */
function roomOf(name) {
  const room = /^assembly\/(kernel|cpu(?:\/(?:guest|cores|workload|mechanisms))?|memory(?:\/\w+)?)\//.exec(name)?.[1];
  return room ?? (name.startsWith('assembly/') ? 'host' : 'runtime');
}
