// Our .proto against Perfetto's own: perfetto.json is what protobufjs read from google/perfetto's file (scripts/perfetto-fields.mjs).

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import protobuf from 'protobufjs';
import { schema } from './trace.js';

interface Theirs {
  readonly commit: string;
  readonly messages: Readonly<
    Record<
      string,
      {
        readonly fields: Readonly<
          Record<string, { readonly id: number; readonly type: string; readonly repeated: boolean }>
        >;
        readonly enums?: Readonly<Record<string, Readonly<Record<string, number>>>>;
      }
    >
  >;
}

const theirs = JSON.parse(readFileSync(new URL('perfetto.json', import.meta.url), 'utf8')) as Theirs;
const ours = schema.resolveAll().lookup('fluxhost.timeline') as protobuf.Namespace;

it("has Perfetto's number, type and repetition of every field, and its values of every enumeration", () => {
  let held = 0;
  for (const one of ours.nestedArray) {
    const type = one as protobuf.Type;
    const { fields, enums = {} } = theirs.messages[type.name]!;
    for (const { name, id, type: of, repeated } of type.fieldsArray) {
      expect([type.name, name, { id, type: of, repeated }]).toEqual([type.name, name, fields[name]]);
      held++;
    }
    for (const nested of type.nestedArray.filter((inner) => inner instanceof protobuf.Enum)) {
      expect(enums[nested.name]).toMatchObject(nested.values);
      held += Object.keys(nested.values).length;
    }
  }
  expect(held).toBe(47);
});
