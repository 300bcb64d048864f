#!/usr/bin/env node
// What Perfetto's own .proto says of every message of src/timeline/trace.proto, as test/timeline/perfetto.json keeps it for the test.
// usage: node scripts/perfetto-fields.mjs FILE COMMIT    FILE: protos/perfetto/trace/perfetto_trace.proto of google/perfetto at COMMIT
import { readFileSync, writeFileSync } from 'node:fs';
import protobuf from 'protobufjs';

const [file, commit] = process.argv.slice(2);
if (file === undefined || commit === undefined) throw new Error('usage: perfetto-fields.mjs FILE COMMIT');
const read = (path) => protobuf.parse(readFileSync(path, 'utf8'), { keepCase: true }).root.resolveAll();
const ours = read(new URL('../src/timeline/trace.proto', import.meta.url)).lookup('fluxhost.timeline');
const theirs = read(file).lookup('perfetto.protos');

const messages = {};
for (const { name: message, fieldsArray, nestedArray } of ours.nestedArray) {
  const type = theirs.lookupType(message);
  const fields = fieldsArray.map(({ name }) => [name, type.fields[name]]);
  const enums = nestedArray.filter(({ values }) => values !== undefined).map(({ name }) => [name, type.lookup(name)]);
  messages[message] = {
    fields: Object.fromEntries(fields.map(([name, { id, type: of, repeated }]) => [name, { id, type: of, repeated }])),
    ...(enums.length === 0 ? {} : { enums: Object.fromEntries(enums.map(([name, { values }]) => [name, values])) }),
  };
}
const text = JSON.stringify({ source: 'google/perfetto', commit, messages }, null, 2);
writeFileSync(new URL('../test/timeline/perfetto.json', import.meta.url), `${text}\n`);
