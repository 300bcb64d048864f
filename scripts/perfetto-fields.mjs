#!/usr/bin/env node
// What Perfetto's own .proto says of every message of our subsets of it, as a perfetto.json beside their tests keeps it.
// usage: node scripts/perfetto-fields.mjs FILE COMMIT    FILE: protos/perfetto/trace/perfetto_trace.proto of google/perfetto at COMMIT
import { readFileSync, writeFileSync } from 'node:fs';
import protobuf from 'protobufjs';

const OURS = [
  ['../src/timeline/trace.proto', 'fluxhost.timeline', '../test/timeline/perfetto.json'],
  ['../src/recording/ftrace.proto', 'fluxhost.recording', '../test/recording/perfetto.json'],
];

const [file, commit] = process.argv.slice(2);
if (file === undefined || commit === undefined) throw new Error('usage: perfetto-fields.mjs FILE COMMIT');
const read = (path) => protobuf.parse(readFileSync(path, 'utf8'), { keepCase: true }).root.resolveAll();
const theirs = read(file).lookup('perfetto.protos');

/** Messages and those within them, by name: no two of ours have the same. */
const messagesOf = (space) =>
  space.nestedArray.filter((one) => one.fieldsArray !== undefined).flatMap((one) => [one, ...messagesOf(one)]);

/** Where it stands: `ProcessTree.Thread`. */
const pathOf = ({ fullName }, name) => fullName.slice(name.length + 2);

for (const [proto, name, target] of OURS) {
  const messages = {};
  for (const message of messagesOf(read(new URL(proto, import.meta.url)).lookup(name))) {
    const type = theirs.lookupType(pathOf(message, name));
    const fields = message.fieldsArray.map((one) => [one.name, type.fields[one.name]]);
    const enums = (message.nestedArray ?? []).filter(({ values }) => values !== undefined);
    messages[message.name] = {
      fields: Object.fromEntries(
        fields.map(([field, { id, type: of, repeated }]) => [field, { id, type: of, repeated }]),
      ),
      ...(enums.length === 0
        ? {}
        : { enums: Object.fromEntries(enums.map((one) => [one.name, type.lookup(one.name).values])) }),
    };
  }
  const text = JSON.stringify({ source: 'google/perfetto', commit, messages }, null, 2);
  writeFileSync(new URL(target, import.meta.url), `${text}\n`);
}
